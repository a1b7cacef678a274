import { isDeepStrictEqual } from 'node:util';
import { isTerminal, type TaskRow } from '../../core/nativeTasks/taskRow.js';

/** What the instances have said of their tasks so far. */
export class TaskBook {
  readonly #instances = new Map<string, ReadonlyMap<number, TaskRow>>();

  /** Newest first. */
  list(instanceArn: string): readonly TaskRow[] {
    return [...this.#rows(instanceArn).values()].sort((a, b) => b.taskId - a.taskId);
  }

  get(instanceArn: string, taskId: number): TaskRow | undefined {
    return this.#rows(instanceArn).get(taskId);
  }

  /** Takes rows of some tasks. @returns ids of those that have changed */
  put(instanceArn: string, rows: readonly TaskRow[]): number[] {
    const known = this.#rows(instanceArn);
    const next = new Map(known);
    const changed: number[] = [];
    for (const row of rows) {
      const before = known.get(row.taskId);
      const now = before === undefined ? row : newer(before, row);
      if (isDeepStrictEqual(before, now)) continue;
      next.set(row.taskId, now);
      changed.push(row.taskId);
    }
    this.#instances.set(instanceArn, next);
    return changed;
  }

  /**
   * Takes the whole list of an instance. Tasks that are not in it are gone (they are kept for 36 days),
   * except those that `keep` holds: the list may have been read before they were queued.
   */
  replace(instanceArn: string, rows: readonly TaskRow[], keep: (taskId: number) => boolean): void {
    const listed = new Set(rows.map(({ taskId }) => taskId));
    const kept = [...this.#rows(instanceArn)].filter(([id]) => listed.has(id) || keep(id));
    this.#instances.set(instanceArn, new Map(kept));
    this.put(instanceArn, rows);
  }

  drop(instanceArn: string): void {
    this.#instances.delete(instanceArn);
  }

  #rows(instanceArn: string): ReadonlyMap<number, TaskRow> {
    return this.#instances.get(instanceArn) ?? new Map<number, TaskRow>();
  }
}

/**
 * The newer of two readings of one task id. Answers may arrive out of order, so a task that has ended
 * does not run again, and its percentage, which a follower knows better than the column, does not fall.
 * A row created at another time is another task: an instance that was set up anew counts from 1.
 */
function newer(before: TaskRow, row: TaskRow): TaskRow {
  if (before.createdAt?.getTime() !== row.createdAt?.getTime()) return row;
  if (isTerminal(before.lifecycle) && !isTerminal(row.lifecycle)) return before;
  const { percentComplete: seen = 0 } = before;
  return seen > (row.percentComplete ?? 0) ? { ...row, percentComplete: seen } : row;
}
