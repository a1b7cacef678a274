import type { IncomingMessage } from 'node:http';
import { ServiceFailure } from '../contract.js';

/** Takes a piece of a body; the promise, if there is one, holds back the next. */
export type Sink = (piece: Buffer) => Promise<void> | void;

/** A request's body, asked for only when an operation wants it. */
export class RequestBody {
  #asked = false;

  constructor(
    private readonly request: IncomingMessage,
    /** Sends `100 Continue`; undefined when the client did not wait for it. */
    private readonly invite: (() => void) | undefined,
  ) {}

  /**
   * Hands the body to `sink` piece by piece, as it came. When the sink fails, the rest stays unread.
   * @throws ServiceFailure `IncompleteBody` when the client stops in the middle
   */
  pump(sink: Sink): Promise<void> {
    if (!this.#asked) {
      this.#asked = true;
      this.invite?.();
    }
    const { request } = this;
    // Events rather than `for await`: that would join waiting pieces, which is a copy of the body.
    return new Promise((resolve, reject) => {
      let busy = false;
      let ended = false;
      const finish = (settle: () => void) => {
        request.off('data', take).off('end', end).off('error', broken).off('close', broken);
        settle();
      };
      const fail = (error: unknown) => {
        finish(() => {
          request.pause();
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      };
      const take = (piece: Buffer) => {
        try {
          const pending = sink(piece);
          if (pending === undefined) return;
          busy = true;
          request.pause();
          pending.then(() => {
            busy = false;
            if (ended) finish(resolve);
            else request.resume();
          }, fail);
        } catch (error) {
          fail(error);
        }
      };
      const end = () => {
        ended = true;
        if (!busy) finish(resolve);
      };
      const broken = () => {
        if (ended) return;
        fail(new ServiceFailure('IncompleteBody', 'The request body ended before it was whole.'));
      };
      if (request.readableEnded) {
        resolve();
        return;
      }
      request.on('data', take).on('end', end).on('error', broken).on('close', broken);
      // A connection that is gone already will not say so again.
      if (request.destroyed) broken();
      request.resume();
    });
  }

  /**
   * The whole body.
   * @throws ServiceFailure `RequestEntityTooLarge` above `limit` bytes
   */
  async readAll(limit: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    await this.pump((piece) => {
      size += piece.length;
      if (size > limit) {
        throw new ServiceFailure(
          'RequestEntityTooLarge',
          `The request body is larger than ${String(limit)} bytes.`,
          413,
        );
      }
      pieces.push(piece);
    });
    return Buffer.concat(pieces, size);
  }

  /**
   * Reads what is left of a body that nobody wanted, so that the client gets to the answer; at most
   * `limit` bytes of it. False when the body has not come to its end.
   */
  async discard(limit: number): Promise<boolean> {
    if (this.request.readableEnded) return true;
    if (!this.#asked && this.invite !== undefined) return false;
    let left = limit;
    try {
      await this.pump((piece) => {
        left -= piece.length;
        if (left < 0) throw new Error('enough');
      });
      return true;
    } catch {
      // Too much, or the client is gone: whoever sends the answer finds out.
      return false;
    }
  }
}
