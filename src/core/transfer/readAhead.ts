import fs from 'node:fs';
import { promisify } from 'node:util';
import { fileEnded } from './workerProtocol.js';

const read = promisify(fs.read);

/** Large enough for network shares, where each read is a round trip. */
const readBytes = 1 << 20;
const buffers = [Buffer.allocUnsafeSlow(readBytes), Buffer.allocUnsafeSlow(readBytes)] as const;

/** A failure that another thread has to understand: errors lose their code on the way. */
export class TaskError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Yields `length` bytes of a file from `offset`, reading the next buffer while the caller works on
 * the current one. A yielded buffer is overwritten by the second next step. One reader at a time.
 */
export async function* readAhead(
  fd: number,
  offset: number,
  length: number,
): AsyncGenerator<Buffer> {
  const end = offset + length;
  let turn = 0;
  let position = offset;
  const readNext = (): Promise<Buffer> => {
    const buffer = buffers[turn++ % 2 === 0 ? 0 : 1].subarray(0, end - position);
    const filled = fill(fd, buffer, position);
    position += buffer.length;
    // When the caller stops early nobody awaits this one.
    filled.catch(() => undefined);
    return filled;
  };
  let next = readNext();
  for (let left = length; left > 0;) {
    const current = await next;
    left -= current.length;
    if (left > 0) next = readNext();
    yield current;
  }
}

async function fill(fd: number, buffer: Buffer, position: number): Promise<Buffer> {
  for (let filled = 0; filled < buffer.length;) {
    const { bytesRead } = await read(fd, buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) throw new TaskError(fileEnded, 'The file ended early');
    filled += bytesRead;
  }
  return buffer;
}
