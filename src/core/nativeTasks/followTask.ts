import type { EngineError } from '../errors.js';
import { newMessages } from './newMessages.js';
import { parseTaskInfo, type TaskMessage } from './taskInfo.js';
import { isTerminal, type TaskRow } from './taskRow.js';

export type TaskEvent =
  | { readonly kind: 'state'; readonly lifecycle: string; readonly row: TaskRow }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'message'; readonly message: TaskMessage }
  | {
      readonly kind: 'connection-lost';
      readonly error: EngineError;
      /** Failures in a row, from 1. */
      readonly attempt: number;
      readonly retryInMs: number;
    }
  | { readonly kind: 'reconnected' }
  /** The last event. `outcome` is `SUCCESS`, `ERROR` or `CANCELLED`. */
  | { readonly kind: 'done'; readonly outcome: string; readonly row: TaskRow };

/** What has been told of a task so far. */
export interface FollowState {
  readonly lifecycle?: string;
  readonly percent?: number;
  readonly taskInfo?: string;
  readonly shown: readonly TaskMessage[];
}

export const nothingSeen: FollowState = { shown: [] };

/** The events by which `row` differs from what has been told, and what has been told after them. */
export function followTask(
  state: FollowState,
  row: TaskRow,
): { readonly state: FollowState; readonly events: readonly TaskEvent[] } {
  const done = isTerminal(row.lifecycle);
  const messages = parseTaskInfo(row.taskInfo);
  const settled = done || row.taskInfo === state.taskInfo;
  const { fresh, shown } = newMessages(state.shown, messages, settled);
  const percent = percentOf(row, shown);
  const events: TaskEvent[] = [];
  if (row.lifecycle !== state.lifecycle) {
    events.push({ kind: 'state', lifecycle: row.lifecycle, row });
  }
  events.push(...fresh.map((message) => ({ kind: 'message', message }) as const));
  if (percent !== undefined && percent !== state.percent) events.push({ kind: 'percent', percent });
  if (done) events.push({ kind: 'done', outcome: row.lifecycle, row });
  return {
    events,
    state: {
      lifecycle: row.lifecycle,
      taskInfo: row.taskInfo,
      shown,
      ...(percent !== undefined && { percent }),
    },
  };
}

/** The column lags (it is refreshed every 5 %), so the engine's own figure wins when it is ahead. */
function percentOf(row: TaskRow, messages: readonly TaskMessage[]): number | undefined {
  const engine = messages.findLast((message) => message.kind === 'engine-progress')?.percent;
  if (row.percentComplete === undefined || engine === undefined) {
    return row.percentComplete ?? engine;
  }
  return Math.max(row.percentComplete, engine);
}
