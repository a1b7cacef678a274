import { type IncomingMessage } from 'node:http';
import { ServiceFailure } from '../contract.js';

/** A request's body, asked for only when an operation wants it. */
export class RequestBody {
  #asked = false;

  constructor(
    private readonly request: IncomingMessage,
    /** Sends `100 Continue`; undefined when the client did not wait for it. */
    private readonly invite: (() => void) | undefined,
  ) {}

  /** Bytes as they came. */
  async *chunks(): AsyncGenerator<Buffer> {
    if (!this.#asked) {
      this.#asked = true;
      this.invite?.();
    }
    try {
      // A consumer that stops early must not tear down the socket: it still has an answer to send.
      const chunks = this.request.iterator({ destroyOnReturn: false });
      for await (const chunk of chunks) yield chunk as Buffer;
    } catch (error) {
      throw new ServiceFailure(
        'IncompleteBody',
        `The request body ended before it was whole (${(error as Error).message}).`,
      );
    }
  }

  /**
   * The whole body.
   * @throws ServiceFailure `RequestEntityTooLarge` above `limit` bytes
   */
  async readAll(limit: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      size += chunk.length;
      if (size > limit) {
        throw new ServiceFailure(
          'RequestEntityTooLarge',
          `The request body is larger than ${String(limit)} bytes.`,
          413,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  }

  /**
   * Reads what is left of a body that nobody wanted, so that the client gets to the answer; at most
   * `limit` bytes of it. False when the body has not come to its end.
   */
  async discard(limit: number): Promise<boolean> {
    if (this.request.complete) return true;
    if (!this.#asked && this.invite !== undefined) return false;
    let left = limit;
    try {
      for await (const chunk of this.request.iterator({ destroyOnReturn: false })) {
        left -= (chunk as Buffer).length;
        if (left < 0) break;
      }
    } catch {
      // The client is gone, or its body cannot be read: whoever sends the answer finds out.
    }
    return this.request.complete;
  }
}
