/**
 * `cut`: the file ends before the structure does. `damaged`: a check failed. `compression`: packed in
 * a way this reader does not know. `limit`: more work than any honest file needs.
 */
export type UnreadableReason = 'cut' | 'damaged' | 'compression' | 'limit';

/**
 * Reading cannot go on from here. Stays inside this folder: the caller falls back to another way of
 * reading, or turns it into a warning or an EngineError.
 */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';

  constructor(
    readonly reason: UnreadableReason,
    message: string,
  ) {
    super(message);
  }
}

/** Turns damage into undefined, for what can be left out; other failures go on. */
export async function unlessDamaged<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unreadable && (error.reason === 'damaged' || error.reason === 'cut'))
      return undefined;
    throw error;
  }
}
