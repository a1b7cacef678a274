/**
 * A fixed set of things (buffers, turns) that are taken and given back. Who waits is served in order;
 * a waiter is sure of its turn because takers give back in `finally`, also when all is being ended.
 */
export class Pool<T> {
  readonly #free: T[];
  readonly #waiting: ((item: T) => void)[] = [];
  #waitedMs = 0;

  constructor(items: Iterable<T>) {
    this.#free = [...items];
  }

  /** Seconds that takers have waited in all. */
  get waitedS(): number {
    return this.#waitedMs / 1000;
  }

  async take(): Promise<T> {
    const item = this.#free.pop();
    if (item !== undefined) return item;
    const since = performance.now();
    const waited = await new Promise<T>((resolve) => this.#waiting.push(resolve));
    this.#waitedMs += performance.now() - since;
    return waited;
  }

  give(item: T): void {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#free.push(item);
  }
}

export function sharedBuffers(count: number, bytes: number): SharedArrayBuffer[] {
  return Array.from({ length: count }, () => new SharedArrayBuffer(bytes));
}
