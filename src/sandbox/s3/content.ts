import type { FileHandle } from 'node:fs/promises';
import type { ContentPart } from './records.js';

/** Fills `into` from a file; a content file never changes, so too few bytes are damage. */
export async function readFully(handle: FileHandle, into: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error('a content file is shorter than its record says');
    done += bytesRead;
  }
}

export interface ContentSlice {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** The pieces of files that hold bytes `start` to `end` (exclusive) of an object. */
export function slices(parts: readonly ContentPart[], start: number, end: number): ContentSlice[] {
  const found: ContentSlice[] = [];
  let at = 0;
  for (const part of parts) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + part.size);
    if (from < to) found.push({ file: part.file, offset: from - at, length: to - from });
    at += part.size;
  }
  return found;
}
