/** How often RDS is asked while something there is on its way. */
const pauseMs = 30_000;

/** Looks again and again while somebody watches something that will change by itself. */
export class PassingStates {
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /**
   * @param isWorthIt asked before and after every pause
   * @param look after its failure nobody looks until {@link resume}
   */
  constructor(
    private readonly isWorthIt: () => boolean,
    private readonly look: () => Promise<void>,
  ) {}

  /** After what `isWorthIt` says may have changed. */
  resume(): void {
    if (this.#disposed || this.#timer !== undefined || !this.isWorthIt()) return;
    this.#timer = setTimeout(() => void this.#next(), pauseMs);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  async #next(): Promise<void> {
    try {
      if (this.isWorthIt()) await this.look();
    } catch {
      this.#timer = undefined;
      return;
    }
    this.#timer = undefined;
    this.resume();
  }
}
