import type { Pace } from './pace.js';
import type { TaskLog } from './taskLog.js';

const engineStep = 5;
/** One S3 line for each file in so many engine lines. */
const s3LineEvery = 2;
/** Bytes that the agent moves to or from S3 at a time. */
const chunkBytes = 64 * 1024;

export interface MovedFile {
  readonly key: string;
  readonly size: number;
}

/** Writes the progress lines of engine and agent while bytes move, at the pace of a real instance. */
export class Progress {
  readonly #log: TaskLog;
  readonly #pace: Pace;
  readonly #files: readonly MovedFile[];
  readonly #moved = new Map<MovedFile, number>();
  readonly #total: number;
  #percent = 0;

  constructor(log: TaskLog, pace: Pace, files: readonly MovedFile[]) {
    this.#log = log;
    this.#pace = pace;
    this.#files = files;
    this.#total = files.reduce((sum, { size }) => sum + size, 0);
  }

  /** `bytes` of `file` have been moved so far. */
  async reach(file: MovedFile, bytes: number): Promise<void> {
    this.#moved.set(file, bytes);
    const moved = [...this.#moved.values()].reduce((sum, each) => sum + each, 0);
    const percent = (100 * moved) / this.#total;
    while (this.#percent + engineStep <= percent) {
      this.#percent += engineStep;
      const now = this.#percent;
      await this.#pace.reach(now / 100);
      this.#log.percent(now);
      if (now % (engineStep * s3LineEvery) === 0 && now < 100) {
        this.#log.add(...this.#files.map((each) => chunkLine(each, now)));
      }
      this.#log.add(`${now} percent processed.`);
    }
  }
}

function chunkLine({ key, size }: MovedFile, percent: number): string {
  const chunks = Math.max(1, Math.ceil(size / chunkBytes));
  const done = Math.min(chunks, Math.ceil((chunks * percent) / 100));
  return `${key}: Completed processing ${Number(((100 * done) / chunks).toFixed(2))}% of S3 chunks.`;
}

/**
 * Runs `move` for all files at once. When one fails, the others are stopped and waited for, so that
 * nothing is written after the task's end.
 */
export async function moveAll<T>(
  files: readonly T[],
  signal: AbortSignal,
  move: (file: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    files.map(async (file) => {
      try {
        await move(file, both);
      } catch (error) {
        failure ??= { error };
        stop.abort();
      }
    }),
  );
  if (failure) throw failure.error;
}
