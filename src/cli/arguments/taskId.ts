import { UsageError } from './usageError.js';

/** @throws UsageError when `text` is no task id */
export function parseTaskId(text: string | undefined): number {
  const id = /^\d+$/.test(text ?? '') ? Number(text) : 0;
  if (id < 1 || id > 2 ** 31 - 1) {
    throw new UsageError(`"${text ?? ''}" is not a task id; ids are whole numbers from 1.`);
  }
  return id;
}
