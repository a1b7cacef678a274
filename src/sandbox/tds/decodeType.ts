import { sqlType, type SqlType, type SqlValue, type Typed } from '../sqlserver/types.js';
import type { ByteCursor } from './byteCursor.js';
import { decode1252 } from './codePage.js';
import { ProtocolError } from './packet.js';
import { dateOfDays, timeBytes, timeOfTicks } from './temporal.js';

/** A type this server cannot take as a parameter. */
export class UnknownTypeError extends ProtocolError {}

const nullChars = 0xffff;
const unlimited = 0xffff;
const unknownLength = 0xffff_ffff_ffff_fffen;
const nullLength = 0xffff_ffff_ffff_ffffn;

/** Fixed-length types: token -> type and size. */
const fixedTypes: Readonly<Record<number, readonly [SqlType, number]>> = {
  0x30: [sqlType.tinyint, 1],
  0x32: [sqlType.bit, 1],
  0x34: [{ kind: 'smallint' }, 2],
  0x38: [sqlType.int, 4],
  0x3a: [sqlType.datetime, 4],
  0x3b: [{ kind: 'real' }, 4],
  0x3c: [{ kind: 'money' }, 8],
  0x3d: [sqlType.datetime, 8],
  0x3e: [sqlType.float, 8],
  0x7a: [{ kind: 'money' }, 4],
  0x7f: [sqlType.bigint, 8],
};

const integerOfSize: Readonly<Record<number, SqlType>> = {
  1: sqlType.tinyint,
  2: { kind: 'smallint' },
  4: sqlType.int,
  8: sqlType.bigint,
};

/** TYPE_INFO and value of one RPC parameter (MS-TDS 2.2.5.5, 2.2.6.6). */
export function readParameter(cursor: ByteCursor): Typed {
  const token = cursor.u8();
  const fixed = fixedTypes[token];
  if (fixed) return { type: fixed[0], value: decodeBare(fixed[0], cursor.take(fixed[1])) };
  switch (token) {
    case 0x1f: // NULL
      return { type: sqlType.nvarchar(1), value: null };
    case 0x24: // uniqueidentifier
    case 0x26: // integers
    case 0x68: // bit
    case 0x6d: // real, float
    case 0x6e: // money
    case 0x6f: // datetime
      return sizedValue(cursor, sizedType(token, cursor.u8()));
    case 0x28:
      return sizedValue(cursor, { kind: 'date' });
    case 0x29:
    case 0x2a:
    case 0x2b:
      return sizedValue(cursor, temporalType(token, cursor.u8()));
    case 0x6a: // decimal
    case 0x6c: {
      cursor.u8();
      const type = { kind: 'decimal', precision: cursor.u8(), scale: cursor.u8() } as const;
      return sizedValue(cursor, type);
    }
    case 0xa5: // varbinary
    case 0xad:
      return variableValue(cursor, cursor.u16(), (length) => ({ kind: 'varbinary', length }));
    case 0xa7: // varchar
    case 0xaf:
      return stringValue(cursor, 1);
    case 0xe7: // nvarchar
    case 0xef:
      return stringValue(cursor, 2);
    case 0x22: // image
      return longValue(cursor, { kind: 'varbinary', length: 'max' });
    case 0x23: // text
      return longValue(cursor, sqlType.varchar('max'));
    case 0x63: // ntext
      return longValue(cursor, sqlType.nvarchar('max'));
    case 0x62:
      return variantValue(cursor);
    default:
      throw new UnknownTypeError(`a parameter of type 0x${token.toString(16)}`);
  }
}

function sizedType(token: number, size: number): SqlType {
  const type =
    token === 0x24
      ? sqlType.uniqueidentifier
      : token === 0x26
        ? integerOfSize[size]
        : token === 0x68
          ? sqlType.bit
          : token === 0x6d
            ? ({ kind: size === 4 ? 'real' : 'float' } as const)
            : token === 0x6e
              ? ({ kind: 'money' } as const)
              : sqlType.datetime;
  if (!type) throw new ProtocolError(`an integer of ${size} bytes`);
  return type;
}

function temporalType(token: number, scale: number): SqlType {
  if (scale > 7) throw new ProtocolError(`a time of scale ${scale}`);
  const kind = token === 0x29 ? 'time' : token === 0x2a ? 'datetime2' : 'datetimeoffset';
  return { kind, scale };
}

function sizedValue(cursor: ByteCursor, type: SqlType): Typed {
  const length = cursor.u8();
  return { type, value: length === 0 ? null : decodeBare(type, cursor.take(length)) };
}

function stringValue(cursor: ByteCursor, width: 1 | 2): Typed {
  const maxBytes = cursor.u16();
  cursor.take(5); // collation
  return variableValue(cursor, maxBytes, (length) =>
    width === 1
      ? sqlType.varchar(length)
      : sqlType.nvarchar(length === 'max' ? 'max' : Math.max(1, length >> 1)),
  );
}

function variableValue(
  cursor: ByteCursor,
  maxBytes: number,
  typeFor: (length: number | 'max') => SqlType,
): Typed {
  if (maxBytes === unlimited) {
    const type = typeFor('max');
    const bytes = partiallyLengthPrefixed(cursor);
    return { type, value: bytes && decodeBare(type, bytes) };
  }
  const type = typeFor(Math.max(1, maxBytes));
  const length = cursor.u16();
  return { type, value: length === nullChars ? null : decodeBare(type, cursor.take(length)) };
}

function partiallyLengthPrefixed(cursor: ByteCursor): Buffer | null {
  const total = cursor.u64();
  if (total === nullLength) return null;
  const chunks: Buffer[] = [];
  for (let length = cursor.u32(); length !== 0; length = cursor.u32()) {
    chunks.push(cursor.take(length));
  }
  const bytes = Buffer.concat(chunks);
  if (total !== unknownLength && total !== BigInt(bytes.length)) {
    throw new ProtocolError('a value whose chunks differ from its length');
  }
  return bytes;
}

function longValue(cursor: ByteCursor, type: SqlType): Typed {
  cursor.u32(); // maximum length
  if (type.kind !== 'varbinary') cursor.take(5); // collation
  const length = cursor.i32();
  return { type, value: length < 0 ? null : decodeBare(type, cursor.take(length)) };
}

function variantValue(cursor: ByteCursor): Typed {
  cursor.u32(); // maximum length
  const length = cursor.u32();
  if (length === 0) return { type: sqlType.variant, value: null };
  const end = cursor.position + length;
  const token = cursor.u8();
  const properties = cursor.take(cursor.u8());
  const bytes = cursor.take(end - cursor.position);
  const type = variantType(token, properties, bytes.length);
  return { type, value: decodeBare(type, bytes) };
}

function variantType(token: number, properties: Buffer, size: number): SqlType {
  const fixed = fixedTypes[token];
  if (fixed && fixed[1] === size) return fixed[0];
  switch (token) {
    case 0xe7:
    case 0xef:
      return sqlType.nvarchar(4000);
    case 0xa7:
    case 0xaf:
      return sqlType.varchar(8000);
    case 0xa5:
    case 0xad:
      return { kind: 'varbinary', length: 8000 };
    case 0x24:
      return sqlType.uniqueidentifier;
    case 0x28:
      return { kind: 'date' };
    case 0x6a:
    case 0x6c:
      return { kind: 'decimal', precision: properties[0] ?? 38, scale: properties[1] ?? 0 };
    case 0x29:
    case 0x2a:
    case 0x2b:
      return temporalType(token, properties[0] ?? 7);
    default:
      throw new UnknownTypeError(`a sql_variant of type 0x${token.toString(16)}`);
  }
}

const expectedBytes: Partial<Record<SqlType['kind'], readonly number[]>> = {
  bit: [1],
  tinyint: [1],
  smallint: [2],
  int: [4],
  bigint: [8],
  real: [4],
  float: [8],
  money: [4, 8],
  datetime: [4, 8],
  date: [3],
  uniqueidentifier: [16],
};

function decodeBare(type: SqlType, bytes: Buffer): SqlValue {
  const sizes = expectedBytes[type.kind];
  if (sizes && !sizes.includes(bytes.length)) {
    throw new ProtocolError(`a ${type.kind} of ${bytes.length} bytes`);
  }
  switch (type.kind) {
    case 'bit':
      return bytes[0] !== 0;
    case 'tinyint':
      return bytes.readUInt8();
    case 'smallint':
      return bytes.readInt16LE();
    case 'int':
      return bytes.readInt32LE();
    case 'bigint':
      return bytes.readBigInt64LE();
    case 'real':
      return bytes.readFloatLE();
    case 'float':
      return bytes.readDoubleLE();
    case 'money':
      return bytes.length === 4
        ? BigInt(bytes.readInt32LE())
        : (BigInt(bytes.readInt32LE()) << 32n) | BigInt(bytes.readUInt32LE(4));
    case 'decimal':
      return decimalOf(bytes);
    case 'datetime':
      return datetimeOf(bytes);
    case 'date':
      return new Date(dateOfDays(bytes.readUIntLE(0, 3)));
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return temporalOf(type.kind, type.scale, bytes);
    case 'uniqueidentifier':
      return guidOf(bytes);
    case 'nvarchar':
    case 'nchar':
      if (bytes.length % 2 !== 0) throw new ProtocolError('an odd number of UTF-16 bytes');
      return bytes.toString('utf16le');
    case 'varchar':
    case 'char':
      return decode1252(bytes);
    case 'varbinary':
      return Buffer.from(bytes);
    case 'sql_variant':
      throw new UnknownTypeError('a sql_variant inside another');
  }
}

function decimalOf(bytes: Buffer): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 1; at--) value = (value << 8n) | BigInt(bytes[at] ?? 0);
  return bytes[0] === 0 ? -value : value;
}

function datetimeOf(bytes: Buffer): Date {
  const day = 86_400_000;
  const base = Date.UTC(1900, 0, 1);
  if (bytes.length === 4) {
    return new Date(base + bytes.readUInt16LE() * day + bytes.readUInt16LE(2) * 60_000);
  }
  return new Date(base + bytes.readInt32LE() * day + Math.round((bytes.readUInt32LE(4) * 10) / 3));
}

function temporalOf(
  kind: 'time' | 'datetime2' | 'datetimeoffset',
  scale: number,
  bytes: Buffer,
): Date {
  const size = timeBytes(scale);
  const rest = kind === 'time' ? 0 : kind === 'datetime2' ? 3 : 5;
  if (bytes.length !== size + rest) throw new ProtocolError(`a ${kind} of ${bytes.length} bytes`);
  const time = timeOfTicks(bytes.readUIntLE(0, size), scale);
  // A time has no day; T-SQL shows it on 1900-01-01 when it is turned into a datetime.
  const date = kind === 'time' ? Date.UTC(1900, 0, 1) : dateOfDays(bytes.readUIntLE(size, 3));
  return new Date(date + time);
}

function guidOf(bytes: Buffer): string {
  const part = (from: number, to: number) =>
    Buffer.from(bytes.subarray(from, to)).reverse().toString('hex');
  const tail = bytes.toString('hex', 8);
  return `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}-${tail.slice(0, 4)}-${tail.slice(4)}`.toUpperCase();
}
