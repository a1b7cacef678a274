import type { Configuration } from './configuration.js';
import type { FoundSet } from './foundSet.js';
import type { Tape } from './tape.js';

export interface TapePosition {
  readonly tape: Tape;
  readonly start: number;
}

/** How the tape lies in the file: directly, or in compressed records. Positions are in the file. */
export interface Container {
  /** The tape from its media header on. */
  whole(): TapePosition;
  /** The tape from the backup set that begins at a file position. */
  setAt(position: number): TapePosition;
  /** The copy of the configuration that stands before the end-of-data filemark at a file position. */
  finalCopy(
    set: FoundSet,
    endOfData: number,
    logicalBlock: number,
  ): Promise<Configuration | undefined>;
}
