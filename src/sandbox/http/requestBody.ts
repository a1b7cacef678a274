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
      for await (const chunk of this.request) yield chunk as Buffer;
    } catch (error) {
      throw new ServiceFailure(
        'IncompleteBody',
        `The request body ended before it was whole (${String((error as Error).message)}).`,
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

  /** False when the client still waits for `100 Continue`, and so sends no body. */
  get invited(): boolean {
    return this.#asked || this.invite === undefined;
  }
}
