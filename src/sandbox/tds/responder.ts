import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResponseWriter } from './responseWriter.js';
import type { SqlEvent } from './session.js';
import {
  columnMetadata,
  done,
  type DoneKind,
  doneStatus,
  environmentChange,
  errorToken,
  infoToken,
  returnStatus,
  returnValue,
  row,
} from './tokens.js';
import type { Column } from '../sqlserver/types.js';

/** Rows between two looks at the network: an attention must be seen in the middle of an answer. */
const rowsPerTurn = 200;
const fatalClass = 20;

interface PendingDone {
  readonly kind: DoneKind;
  readonly status: number;
  readonly rowCount: number | undefined;
}

export interface Outcome {
  /** An error of severity 20 or more was sent; the connection must be closed. */
  readonly fatal: boolean;
}

/**
 * Sends a session's events as one response message. Each DONE is held back until the next event shows
 * whether it needs the "more" bit. An aborted signal ends the message at a token boundary.
 */
export async function respond(
  events: AsyncIterable<SqlEvent>,
  writer: ResponseWriter,
  serverName: string,
  signal: AbortSignal,
): Promise<Outcome> {
  let pending: PendingDone | undefined;
  let columns: readonly Column[] = [];
  let rows = 0;
  let fatal = false;
  const release = async (more: boolean) => {
    if (!pending) return;
    const status = pending.status | (more ? doneStatus.more : 0);
    await writer.write(done(pending.kind, status, pending.rowCount));
    pending = undefined;
  };
  const failWith = async (number: number, text: string) => {
    await release(true);
    await writer.write(errorToken(serverName, { number, state: 1, class: 16, text }));
    pending = { kind: 'done', status: doneStatus.error, rowCount: undefined };
  };
  try {
    for await (const event of events) {
      if (signal.aborted) break;
      await release(true);
      switch (event.kind) {
        case 'columns':
          columns = event.columns;
          await writer.write(columnMetadata(columns));
          break;
        case 'row':
          await writer.write(row(columns, event.values));
          if (++rows % rowsPerTurn === 0) await nextTurn();
          break;
        case 'info':
          await writer.write(infoToken(serverName, { ...event.message, class: 0 }));
          break;
        case 'error':
          fatal ||= event.message.class >= fatalClass;
          await writer.write(errorToken(serverName, event.message));
          break;
        case 'environment':
          await writer.write(environmentChange(event.change));
          break;
        case 'returnStatus':
          await writer.write(returnStatus(event.value));
          break;
        case 'returnValue':
          await writer.write(returnValue(event.ordinal, event.name, event.type, event.value));
          break;
        case 'done':
          pending = {
            kind: event.inProcedure ? 'doneInProcedure' : 'done',
            status: event.failed ? doneStatus.error : doneStatus.final,
            rowCount: event.rowCount,
          };
          break;
        case 'procedureDone':
          pending = {
            kind: 'doneProcedure',
            status:
              (event.failed ? doneStatus.error : doneStatus.final) |
              (event.moreCalls ? doneStatus.rpcInBatch : 0),
            rowCount: undefined,
          };
          break;
      }
    }
  } catch (error) {
    // A request without an answer would hang the client until its own timeout.
    if (!signal.aborted) {
      const text = error instanceof Error ? error.message : String(error);
      await failWith(50_000, `The sandbox failed: ${text}`);
    }
  }
  pending ??= { kind: 'done', status: doneStatus.final, rowCount: undefined };
  await release(false);
  await writer.end();
  return { fatal };
}
