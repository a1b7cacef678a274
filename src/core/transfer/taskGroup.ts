/**
 * Tasks that succeed or fail together: the first failure, or the parent's abort, ends the others
 * through `signal`, and `join` returns only when none is running any more.
 */
export class TaskGroup {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #parent: AbortSignal | undefined;
  #failure: { error: unknown } | undefined;

  constructor(parent?: AbortSignal) {
    this.#parent = parent;
    if (parent?.aborted) this.#follow();
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(task: () => Promise<void>): void {
    const running = task()
      .catch((error: unknown) => {
        this.fail(error);
      })
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#controller.abort(error);
  }

  /** Waits until every task has settled. @throws the first failure */
  async join(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#parent?.removeEventListener('abort', this.#follow);
    if (this.#failure) throw this.#failure.error;
  }

  readonly #follow = (): void => {
    this.fail(this.#parent?.reason);
  };
}
