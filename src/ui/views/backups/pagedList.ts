export interface Page<T> {
  readonly items: readonly T[];
  /** Asks for the page that follows; undefined after the last one. */
  readonly next: string | undefined;
}

/** A listing that comes by pages: each is asked for once, and what has come is kept. */
export class PagedList<T> {
  readonly #load: (next: string | undefined, signal?: AbortSignal) => Promise<Page<T>>;
  #items: readonly T[] | undefined;
  #next: string | undefined;
  #loading: Promise<void> | undefined;

  constructor(load: (next: string | undefined, signal?: AbortSignal) => Promise<Page<T>>) {
    this.#load = load;
  }

  /** What has come so far. */
  get items(): readonly T[] {
    return this.#items ?? [];
  }
  get hasMore(): boolean {
    return this.#next !== undefined;
  }
  get loading(): boolean {
    return this.#loading !== undefined;
  }

  /** All that has come, at least the first page. */
  async first(signal?: AbortSignal): Promise<readonly T[]> {
    // A reset drops the page that is on its way; then the new one is waited for.
    while (this.#items === undefined) await (this.#loading ?? this.#append(undefined, signal));
    return this.#items;
  }

  /** Asks for the next page, if there is one; who asks while it is on its way waits for the same. */
  async more(): Promise<void> {
    if (this.#loading !== undefined) return this.#loading;
    if (this.#next !== undefined) await this.#append(this.#next);
  }

  /** Forgets everything, so that the next look asks again. */
  reset(): void {
    this.#items = undefined;
    this.#next = undefined;
    this.#loading = undefined;
  }

  #append(next: string | undefined, signal?: AbortSignal): Promise<void> {
    const loading = this.#load(next, signal).then(
      (page) => {
        if (this.#loading !== loading) return;
        this.#items = [...this.items, ...page.items];
        this.#next = page.next;
        this.#loading = undefined;
      },
      (error: unknown) => {
        if (this.#loading === loading) this.#loading = undefined;
        throw error;
      },
    );
    this.#loading = loading;
    return loading;
  }
}
