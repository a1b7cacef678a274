import type { MiddlewareStack } from '@smithy/types';
import { Readable } from 'node:stream';

/** Handed to the socket at a time: bounds what TLS encrypts in one go and copies. */
const sliceBytes = 256 * 1024;

/**
 * Gives an upload command a body that is made afresh for every try, and can so be retried by the SDK
 * although it streams. The caller states its length and checksum in the command.
 *
 * The payload is not signed: the signature covers the checksum header, as in the SDK's own streamed
 * uploads, and TLS the connection. Hashing it once more with SHA-256 would cost as much as encrypting.
 */
export function streamBody<Input extends object, Output extends object>(
  command: { readonly middlewareStack: MiddlewareStack<Input, Output> },
  makeBody: () => Readable,
): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'unsignedPayload' },
  );
  command.middlewareStack.add(
    // After signing and inside the retry loop. The outer request keeps no body, so that the loop
    // does not take it for one that cannot be repeated.
    (next) => (args) => {
      const request = args.request as object;
      const body = { body: makeBody() };
      return next({
        ...args,
        request: Object.assign(
          Object.create(Object.getPrototypeOf(request) as object),
          request,
          body,
        ),
      });
    },
    { step: 'finalizeRequest', priority: 'low', name: 'streamedBody' },
  );
}

/** A body over bytes in memory. `onSlice` is told of every slice that goes to the socket. */
export function slicedBody(bytes: Buffer, onSlice: (sliceBytes: number) => void): Readable {
  let position = 0;
  return new Readable({
    highWaterMark: sliceBytes,
    read() {
      const slice = bytes.subarray(position, position + sliceBytes);
      position += slice.length;
      if (slice.length > 0) onSlice(slice.length);
      this.push(slice.length > 0 ? slice : null);
    },
  });
}

/** A body made of chunks while they are being sent; a chunk is asked for when the one before has gone. */
export function chunkedBody(
  chunks: AsyncIterable<Buffer>,
  onSlice: (sliceBytes: number) => void,
): Readable {
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      onSlice(chunk.length);
      yield chunk;
    }
  }
  return Readable.from(counted(), { objectMode: false, highWaterMark: 1 });
}
