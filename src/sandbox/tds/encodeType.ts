import type { SqlType, SqlValue } from '../sqlserver/types.js';
import { encode1252 } from './codePage.js';
import { dateDays, timeTicks, timeBytes } from './temporal.js';

/** SQL_Latin1_General_CP1_CI_AS. */
export const collation = Buffer.from('0904d00034', 'hex');

const unlimited = 0xffff;
const variantBytes = 8009;

const u16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Type token and, where there is one, the maximum length byte of the fixed-size nullable types. */
const fixed: Partial<Record<SqlType['kind'], readonly number[]>> = {
  tinyint: [0x26, 1],
  smallint: [0x26, 2],
  int: [0x26, 4],
  bigint: [0x26, 8],
  bit: [0x68, 1],
  real: [0x6d, 4],
  float: [0x6d, 8],
  money: [0x6e, 8],
  datetime: [0x6f, 8],
  date: [0x28],
  uniqueidentifier: [0x24, 16],
};

const stringToken = { varchar: 0xa7, nvarchar: 0xe7, char: 0xaf, nchar: 0xef } as const;
const temporalToken = { time: 0x29, datetime2: 0x2a, datetimeoffset: 0x2b } as const;

/** TYPE_INFO (MS-TDS 2.2.5.6). */
export function typeInfo(type: SqlType): Buffer {
  switch (type.kind) {
    case 'decimal':
      return Buffer.from([0x6a, decimalBytes(type.precision) + 1, type.precision, type.scale]);
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return Buffer.from([temporalToken[type.kind], type.scale]);
    case 'varbinary':
      return Buffer.concat([Buffer.from([0xa5]), u16(maxBytes(type.length, 1))]);
    case 'varchar':
    case 'char':
      return stringInfo(stringToken[type.kind], maxBytes(type.length, 1));
    case 'nvarchar':
    case 'nchar':
      return stringInfo(stringToken[type.kind], maxBytes(type.length, 2));
    case 'sql_variant':
      return Buffer.concat([Buffer.from([0x62]), u32(variantBytes)]);
    default:
      return Buffer.from(fixed[type.kind] ?? []);
  }
}

const stringInfo = (token: number, bytes: number) =>
  Buffer.concat([Buffer.from([token]), u16(bytes), collation]);

const maxBytes = (length: number | 'max', width: number) =>
  length === 'max' ? unlimited : length * width;

function decimalBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}

/** A value in the layout of a ROW, with its length where the type has one. */
export function encodeValue(type: SqlType, value: SqlValue): Buffer {
  if (value === null) return encodeNull(type);
  const bytes = encodeBare(type, value);
  switch (type.kind) {
    case 'varchar':
    case 'nvarchar':
    case 'char':
    case 'nchar':
    case 'varbinary':
      return type.length === 'max' ? partiallyLengthPrefixed(bytes) : withU16(bytes);
    case 'sql_variant':
      return Buffer.concat([u32(bytes.length), bytes]);
    default:
      return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  }
}

function encodeNull(type: SqlType): Buffer {
  if (type.kind === 'sql_variant') return u32(0);
  if (!('length' in type)) return Buffer.from([0]);
  return Buffer.alloc(type.length === 'max' ? 8 : 2, 0xff);
}

const withU16 = (bytes: Buffer) => Buffer.concat([u16(bytes.length), bytes]);

function partiallyLengthPrefixed(bytes: Buffer): Buffer {
  const total = Buffer.alloc(8);
  total.writeBigUInt64LE(BigInt(bytes.length));
  // An empty value has no chunk at all, only the terminator.
  const chunk = bytes.length === 0 ? [] : [u32(bytes.length), bytes];
  return Buffer.concat([total, ...chunk, u32(0)]);
}

/** The value's own bytes, as they also lie inside a sql_variant. */
function encodeBare(type: SqlType, value: SqlValue): Buffer {
  switch (type.kind) {
    case 'bit':
      return Buffer.from([value ? 1 : 0]);
    case 'tinyint':
      return Buffer.from([Number(value)]);
    case 'smallint':
      return write(2, (b) => b.writeInt16LE(Number(value)));
    case 'int':
      return write(4, (b) => b.writeInt32LE(Number(value)));
    case 'bigint':
      return write(8, (b) => b.writeBigInt64LE(value as bigint));
    case 'real':
      return write(4, (b) => b.writeFloatLE(Number(value)));
    case 'float':
      return write(8, (b) => b.writeDoubleLE(Number(value)));
    case 'money':
      // High half first, each half little-endian.
      return write(8, (b) => {
        b.writeInt32LE(Number((value as bigint) >> 32n));
        b.writeUInt32LE(Number((value as bigint) & 0xffff_ffffn), 4);
      });
    case 'decimal':
      return decimalValue(type.precision, value as bigint);
    case 'datetime':
      return datetimeValue(value as Date);
    case 'date':
      return dateBytes(value as Date);
    case 'time':
      return timeOfDay(value as Date, type.scale);
    case 'datetime2':
      return Buffer.concat([timeOfDay(value as Date, type.scale), dateBytes(value as Date)]);
    case 'datetimeoffset':
      return Buffer.concat([
        timeOfDay(value as Date, type.scale),
        dateBytes(value as Date),
        Buffer.alloc(2),
      ]);
    case 'uniqueidentifier':
      return guidBytes(value as string);
    case 'nvarchar':
    case 'nchar':
      return Buffer.from(value as string, 'utf16le');
    case 'varchar':
    case 'char':
      return encode1252(value as string);
    case 'varbinary':
      return value as Buffer;
    case 'sql_variant':
      return variant(value);
  }
}

function write(size: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size);
  fill(bytes);
  return bytes;
}

function decimalValue(precision: number, unscaled: bigint): Buffer {
  const size = decimalBytes(precision);
  const bytes = Buffer.alloc(size + 1);
  bytes[0] = unscaled < 0n ? 0 : 1;
  let rest = unscaled < 0n ? -unscaled : unscaled;
  for (let at = 1; at <= size; at++) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

function datetimeValue(value: Date): Buffer {
  const day = 86_400_000;
  const since1900 = value.getTime() - Date.UTC(1900, 0, 1);
  let days = Math.floor(since1900 / day);
  let ticks = Math.round(((since1900 - days * day) * 3) / 10);
  if (ticks === 300 * 86_400) {
    ticks = 0;
    days++;
  }
  return write(8, (b) => {
    b.writeInt32LE(days);
    b.writeUInt32LE(ticks, 4);
  });
}

const dateBytes = (value: Date) => write(3, (b) => b.writeUIntLE(dateDays(value), 0, 3));

const timeOfDay = (value: Date, scale: number) => {
  const size = timeBytes(scale);
  return write(size, (b) => b.writeUIntLE(timeTicks(value, scale), 0, size));
};

function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** sql_variant: the inner type's token, its property bytes, then the bare value. */
function variant(value: SqlValue): Buffer {
  if (value === null || typeof value !== 'object' || !('type' in value)) {
    throw new TypeError('a sql_variant without an inner type');
  }
  const { type } = value;
  const bytes = encodeBare(type, value.value);
  const head = (token: number, properties: Buffer) =>
    Buffer.concat([Buffer.from([token, properties.length]), properties, bytes]);
  switch (type.kind) {
    case 'nvarchar':
    case 'nchar':
      return head(0xe7, Buffer.concat([collation, u16(8000)]));
    case 'varchar':
    case 'char':
      return head(0xa7, Buffer.concat([collation, u16(8000)]));
    case 'bit':
      return head(0x32, Buffer.alloc(0));
    case 'tinyint':
      return head(0x30, Buffer.alloc(0));
    case 'int':
      return head(0x38, Buffer.alloc(0));
    case 'bigint':
      return head(0x7f, Buffer.alloc(0));
    case 'datetime':
      return head(0x3d, Buffer.alloc(0));
    default:
      throw new TypeError(`a sql_variant of ${type.kind}`);
  }
}
