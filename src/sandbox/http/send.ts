import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { readFully, slices } from '../s3/content.js';
import type { ObjectContent } from '../s3/request.js';
import type { Answer } from './protocol.js';

const blockSize = 1 << 20;

/** Sends an answer whose body is in memory. Resolves when it is handed over, or the client is gone. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  const body = Buffer.from(answer.body, 'utf8');
  const bodiless = request.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const headers: Record<string, string> = { ...answer.headers };
  if (bodiless) {
    // A HEAD keeps the length of what a GET would send, if the operation gave one.
    if (answer.status === 204 || answer.status === 304) delete headers['content-length'];
  } else {
    headers['content-length'] = String(body.length);
  }
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.writeHead(answer.status, headers);
    if (bodiless) response.end(resolve);
    else response.end(body, resolve);
  });
}

/** Streams bytes of an object: the next block is read while the one before it is on its way. */
export async function sendContent(
  response: ServerResponse,
  head: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  content: ObjectContent,
): Promise<void> {
  const { bucket, record, start, end, release } = content;
  let handle: FileHandle | undefined;
  // Two buffers take turns, so that one is only filled again when its bytes have left.
  const buffers = [Buffer.alloc(0), Buffer.alloc(0)];
  let turn = 0;
  let sending: Promise<void> = Promise.resolve();
  try {
    response.writeHead(head.status, head.headers);
    for (const slice of slices(record.parts, start, end)) {
      handle = await open(path.join(bucket.dataFolder, slice.file), 'r');
      for (let done = 0; done < slice.length;) {
        const length = Math.min(blockSize, slice.length - done);
        let buffer = buffers[turn] ?? Buffer.alloc(0);
        if (buffer.length < length) buffers[turn] = buffer = Buffer.allocUnsafeSlow(length);
        turn = 1 - turn;
        const block = buffer.subarray(0, length);
        await readFully(handle, block, slice.offset + done);
        done += length;
        await sending;
        sending = write(response, block);
        // The loop awaits it a turn later; until then nobody else may.
        sending.catch(() => undefined);
      }
      await handle.close();
      handle = undefined;
    }
    await sending;
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.end(resolve);
    });
  } finally {
    await handle?.close();
    await release();
  }
}

/** Resolves when the bytes have been handed to the system; rejects when the client is gone. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed) {
      reject(new Error('the client closed the connection'));
      return;
    }
    const closed = () => {
      reject(new Error('the client closed the connection'));
    };
    response.once('close', closed);
    response.write(bytes, (error) => {
      response.off('close', closed);
      if (error) reject(error);
      else resolve();
    });
  });
}
