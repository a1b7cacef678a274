import { isTerminal } from '../../../core/nativeTasks/taskRow.js';
import type { NativeTask } from '../../nativeTasks/nativeTasks.js';
import type { Work } from '../../work/work.js';

/** A row for a native task or for a transfer. */
export type TaskRowNode =
  | { readonly task: NativeTask; readonly work?: undefined }
  | { readonly work: Pick<Work, 'id' | 'live' | 'startedAt'>; readonly task?: undefined };

/** What runs comes first, then the newest. */
export function inOrder<N extends TaskRowNode>(nodes: readonly N[]): N[] {
  return [...nodes].sort(
    (a, b) => Number(isLive(b)) - Number(isLive(a)) || startOf(b) - startOf(a) || idOf(b) - idOf(a),
  );
}

const isLive = (node: TaskRowNode) =>
  node.task === undefined ? node.work.live : !isTerminal(node.task.row.lifecycle);

const startOf = (node: TaskRowNode) =>
  (node.task === undefined ? node.work.startedAt : node.task.row.createdAt)?.getTime() ?? 0;

const idOf = (node: TaskRowNode) => (node.task === undefined ? node.work.id : node.task.taskId);
