import type { RpcCall, RpcParameter, TransactionRequest } from './session.js';
import { ByteCursor } from './byteCursor.js';
import { readParameter } from './decodeType.js';
import { ProtocolError } from './packet.js';

const maxAllHeadersBytes = 4096;
const maxCalls = 64;
const maxParameters = 2100;
const byProcedureId = 0xffff;

/** Steps over ALL_HEADERS (MS-TDS 2.2.5.3); nothing in it changes what this server does. */
function skipAllHeaders(cursor: ByteCursor): void {
  const total = cursor.u32();
  if (total < 4 || total > maxAllHeadersBytes) throw new ProtocolError('impossible ALL_HEADERS');
  let left = total - 4;
  while (left > 0) {
    const length = cursor.u32();
    if (length < 6 || length > left) throw new ProtocolError('an ALL_HEADERS entry out of bounds');
    cursor.take(length - 4);
    left -= length;
  }
}

export function readBatch(payload: Buffer): string {
  const cursor = new ByteCursor(payload);
  skipAllHeaders(cursor);
  if (cursor.remaining % 2 !== 0) throw new ProtocolError('a batch with an odd byte');
  return cursor.text(cursor.remaining / 2);
}

/** The system procedures that drivers call by number (MS-TDS 2.2.6.6). */
const procedureNames: Readonly<Record<number, string>> = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  3: 'sp_cursorprepare',
  4: 'sp_cursorexecute',
  5: 'sp_cursorprepexec',
  6: 'sp_cursorunprepare',
  7: 'sp_cursorfetch',
  8: 'sp_cursoroption',
  9: 'sp_cursorclose',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
};

export function readRpc(payload: Buffer): RpcCall[] {
  const cursor = new ByteCursor(payload);
  skipAllHeaders(cursor);
  const calls: RpcCall[] = [];
  while (cursor.remaining > 0) {
    if (calls.length >= maxCalls) throw new ProtocolError('too many calls in one message');
    calls.push(readCall(cursor));
  }
  if (calls.length === 0) throw new ProtocolError('an RPC message without a call');
  return calls;
}

function readCall(cursor: ByteCursor): RpcCall {
  const nameLength = cursor.u16();
  const procedure =
    nameLength === byProcedureId ? procedureNameOf(cursor.u16()) : cursor.text(nameLength);
  cursor.u16(); // option flags
  const parameters: RpcParameter[] = [];
  while (cursor.remaining > 0) {
    if (isSeparator(cursor.peek())) {
      cursor.u8();
      break;
    }
    if (parameters.length >= maxParameters) throw new ProtocolError('too many parameters');
    const name = cursor.text(cursor.u8());
    const status = cursor.u8();
    const { type, value } = readParameter(cursor);
    parameters.push({
      name,
      type,
      value,
      output: (status & 1) !== 0,
      useDefault: (status & 2) !== 0,
    });
  }
  return { procedure, parameters };
}

// A parameter name has at most 128 characters, so these can never be its length byte… except 0x80,
// which TDS 7.1 used as separator; no driver sends a name of exactly 128 characters.
const isSeparator = (byte: number | undefined) => byte === 0xff || byte === 0xfe || byte === 0x80;

function procedureNameOf(id: number): string {
  const name = procedureNames[id];
  if (name === undefined) throw new ProtocolError(`procedure id ${id}`);
  return name;
}

const transactionKind = { begin: 5, commit: 7, rollback: 8 } as const;

export function readTransactionRequest(payload: Buffer): TransactionRequest {
  const cursor = new ByteCursor(payload);
  skipAllHeaders(cursor);
  const kind = cursor.u16();
  switch (kind) {
    case transactionKind.begin:
      return { kind: 'begin' };
    case transactionKind.commit:
    case transactionKind.rollback: {
      cursor.take(cursor.u8());
      const chain = cursor.remaining > 0 && (cursor.u8() & 1) !== 0;
      return { kind: kind === transactionKind.commit ? 'commit' : 'rollback', chain };
    }
    default:
      return { kind: 'unsupported', request: kind };
  }
}
