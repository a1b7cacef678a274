import type { Column, SqlType, SqlValue } from '../sqlserver/types.js';
import { collation, encodeValue, typeInfo } from './encodeType.js';

/** Response tokens of TDS 7.4 (MS-TDS 2.2.7). */
const token = {
  returnStatus: 0x79,
  columnMetadata: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  nullableRow: 0xd2,
  environmentChange: 0xe3,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const;

export const doneStatus = {
  final: 0x00,
  more: 0x01,
  error: 0x02,
  count: 0x10,
  attention: 0x20,
  rpcInBatch: 0x80,
} as const;

export type DoneKind = 'done' | 'doneInProcedure' | 'doneProcedure';

const selectCommand = 0xc1;
const nullable = 0x0001;

export interface Message {
  readonly number: number;
  readonly state: number;
  /** Severity; 0 in every INFO, because drivers raise an exception from 10 on. */
  readonly class: number;
  readonly text: string;
  readonly procedure?: string | undefined;
  readonly line?: number | undefined;
}

/** Grows as needed; everything is little-endian unless it says otherwise. */
class TokenBuffer {
  readonly #parts: Buffer[] = [];
  u8(value: number) {
    this.#parts.push(Buffer.from([value]));
    return this;
  }
  u16(value: number) {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return this.bytes(bytes);
  }
  u32(value: number) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return this.bytes(bytes);
  }
  bytes(bytes: Buffer) {
    this.#parts.push(bytes);
    return this;
  }
  /** B_VARCHAR: at most 255 characters. */
  shortText(text: string) {
    const cut = text.slice(0, 255);
    return this.u8(cut.length).bytes(Buffer.from(cut, 'utf16le'));
  }
  /** US_VARCHAR. */
  longText(text: string) {
    return this.u16(text.length).bytes(Buffer.from(text, 'utf16le'));
  }
  build() {
    return Buffer.concat(this.#parts);
  }
}

/** A token whose length (u16) follows its type. */
const sized = (type: number, body: Buffer) =>
  new TokenBuffer().u8(type).u16(body.length).bytes(body).build();

export function columnMetadata(columns: readonly Column[]): Buffer {
  const out = new TokenBuffer().u8(token.columnMetadata).u16(columns.length);
  for (const { name, type } of columns) {
    out.u32(0).u16(nullable).bytes(typeInfo(type)).shortText(name);
  }
  return out.build();
}

export function row(columns: readonly Column[], values: readonly SqlValue[]): Buffer {
  const nulls = columns.filter((_, at) => (values[at] ?? null) === null).length;
  // The compressed form saves two or eight bytes for each NULL of a string column.
  return nulls === 0 ? plainRow(columns, values) : nullCompressedRow(columns, values);
}

export function plainRow(columns: readonly Column[], values: readonly SqlValue[]): Buffer {
  const cells = columns.map(({ type }, at) => encodeValue(type, values[at] ?? null));
  return Buffer.concat([Buffer.from([token.row]), ...cells]);
}

export function nullCompressedRow(columns: readonly Column[], values: readonly SqlValue[]): Buffer {
  const bitmap = Buffer.alloc((columns.length + 7) >> 3);
  const cells: Buffer[] = [];
  columns.forEach(({ type }, at) => {
    const value = values[at] ?? null;
    if (value === null) bitmap[at >> 3] = (bitmap[at >> 3] ?? 0) | (1 << (at & 7));
    else cells.push(encodeValue(type, value));
  });
  return Buffer.concat([Buffer.from([token.nullableRow]), bitmap, ...cells]);
}

export function done(kind: DoneKind, status: number, rowCount?: number): Buffer {
  const counted = rowCount === undefined ? status : status | doneStatus.count;
  const out = Buffer.alloc(13);
  out.writeUInt8(token[kind]);
  out.writeUInt16LE(counted, 1);
  out.writeUInt16LE(rowCount === undefined ? 0 : selectCommand, 3);
  out.writeBigUInt64LE(BigInt(rowCount ?? 0), 5);
  return out;
}

export function errorToken(serverName: string, message: Message): Buffer {
  return messageToken(token.error, serverName, message);
}

export function infoToken(serverName: string, message: Message): Buffer {
  return messageToken(token.info, serverName, message);
}

function messageToken(type: number, serverName: string, m: Message): Buffer {
  const number = Buffer.alloc(4);
  number.writeInt32LE(m.number);
  const body = new TokenBuffer()
    .bytes(number)
    .u8(m.state)
    .u8(m.class)
    // The token's length is a u16 of bytes, so a message of any length must be cut.
    .longText(m.text.slice(0, 16_000))
    .shortText(serverName)
    .shortText(m.procedure ?? '')
    .u32(m.line ?? 1);
  return sized(type, body.build());
}

export type EnvironmentChange =
  | { readonly kind: 'database'; readonly to: string; readonly from: string }
  | { readonly kind: 'language'; readonly to: string; readonly from: string }
  | { readonly kind: 'packetSize'; readonly to: number; readonly from: number }
  | { readonly kind: 'collation' }
  | { readonly kind: 'begin'; readonly descriptor: Buffer }
  | { readonly kind: 'commit' | 'rollback'; readonly descriptor: Buffer }
  | { readonly kind: 'reset' };

export function environmentChange(change: EnvironmentChange): Buffer {
  return sized(token.environmentChange, changeBody(change).build());
}

function changeBody(change: EnvironmentChange): TokenBuffer {
  const out = new TokenBuffer();
  const binary = (type: number, to: Buffer, from: Buffer) =>
    out.u8(type).u8(to.length).bytes(to).u8(from.length).bytes(from);
  const none = Buffer.alloc(0);
  switch (change.kind) {
    case 'database':
      return out.u8(1).shortText(change.to).shortText(change.from);
    case 'language':
      return out.u8(2).shortText(change.to).shortText(change.from);
    case 'packetSize':
      return out.u8(4).shortText(String(change.to)).shortText(String(change.from));
    case 'collation':
      return binary(7, collation, none);
    case 'begin':
      return binary(8, change.descriptor, none);
    case 'commit':
      return binary(9, none, change.descriptor);
    case 'rollback':
      return binary(10, none, change.descriptor);
    case 'reset':
      return binary(18, none, none);
  }
}

/** `tdsVersion` and `serverVersion` travel big-endian, unlike everything else. */
export function loginAck(tdsVersion: Buffer, programVersion: Buffer): Buffer {
  const body = new TokenBuffer()
    .u8(1)
    .bytes(tdsVersion)
    .shortText('Microsoft SQL Server')
    .bytes(programVersion);
  return sized(token.loginAck, body.build());
}

export function featureExtAck(features: readonly (readonly [number, Buffer])[]): Buffer {
  const out = new TokenBuffer().u8(token.featureExtAck);
  for (const [id, data] of features) out.u8(id).u32(data.length).bytes(data);
  return out.u8(0xff).build();
}

export function returnStatus(value: number): Buffer {
  return new TokenBuffer().u8(token.returnStatus).u32(value).build();
}

export function returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): Buffer {
  return new TokenBuffer()
    .u8(token.returnValue)
    .u16(ordinal)
    .shortText(name)
    .u8(1)
    .u32(0)
    .u16(0)
    .bytes(typeInfo(type))
    .bytes(encodeValue(type, value))
    .build();
}
