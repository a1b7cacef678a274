import type { RequestOptions } from '../aws/renewal.js';
import { StalledError } from './retry.js';

/** S3 answers within seconds; this long without a byte means that the other side is gone. */
export const stallMs = 60_000;

/**
 * Ends one request when nothing has moved for a while, because a connection whose other side vanished
 * silently would wait for ever. Follows `parent` too.
 */
export class StallGuard implements Disposable {
  readonly #controller = new AbortController();
  /** undefined while somebody has to sign in first. */
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parent: AbortSignal | undefined,
    private readonly ms: number,
  ) {
    this.#start();
    if (parent?.aborted) this.#follow();
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something moved. */
  touch(): void {
    this.#timer?.refresh();
  }

  /** Ends the request for a reason of the caller's. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Runs the request; when the guard ended it, throws the reason instead of the SDK's abort error. */
  async run<T>(request: (options: RequestOptions) => Promise<T>): Promise<T> {
    try {
      return await request({ abortSignal: this.signal, clock: this.#clock });
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.parent?.removeEventListener('abort', this.#follow);
  }

  #start(): void {
    this.#timer = setTimeout(() => {
      this.#controller.abort(
        new StalledError(`Nothing moved for ${Math.round(this.ms / 1000)} seconds`),
      );
    }, this.ms);
  }

  readonly #clock = {
    pause: (): void => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    },
    resume: (): void => {
      this.#start();
    },
  };

  readonly #follow = (): void => {
    this.#controller.abort(this.parent?.reason);
  };
}
