export interface TransferProgress {
  /**
   * Bytes finished: sent to S3 on the way up, written to disk on the way down. It never falls, though
   * parts that fail are sent again.
   */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Bytes per second over the last seconds; 0 while unknown. */
  readonly bytesPerSecond: number;
  /** Seconds to go at that rate; undefined while unknown. */
  readonly secondsLeft: number | undefined;
}

export type OnProgress = (progress: TransferProgress) => void;
