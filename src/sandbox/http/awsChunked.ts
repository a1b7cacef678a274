/** The `aws-chunked` content coding: S3 API Reference, "Signature calculations for … chunked upload". */
import { createHash, type Hash } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { type CredentialScope, sameSignature, scopeText, sign } from './sigv4.js';

const maxLine = 4096;
const maxTrailerBytes = 16_384;
const emptyHash = createHash('sha256').digest('hex');

/** What signed chunks are checked with; each signature covers the one before it. */
export interface ChunkSigning {
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: CredentialScope;
  /** The request's own signature. */
  readonly seed: string;
}

type State =
  | { readonly at: 'size' }
  | { readonly at: 'data'; remaining: number }
  | { readonly at: 'data-end' }
  | { readonly at: 'trailers' }
  | { readonly at: 'done' };

/** Takes an aws-chunked body apart. Signatures of chunks are verified as soon as a chunk is whole. */
export class AwsChunkedDecoder {
  #state: State = { at: 'size' };
  #line = '';
  #previous: string;
  #declared = '';
  #hash: Hash | undefined;
  #trailerBytes = 0;
  readonly #trailers = new Map<string, string>();

  constructor(private readonly signing: ChunkSigning | undefined) {
    this.#previous = signing?.seed ?? '';
  }

  /** The payload bytes in a piece of the body, as views of it. */
  push(piece: Buffer): Buffer[] {
    const payload: Buffer[] = [];
    let offset = 0;
    while (offset < piece.length) {
      const state = this.#state;
      if (state.at === 'data') {
        const take = Math.min(state.remaining, piece.length - offset);
        const data = piece.subarray(offset, offset + take);
        this.#hash?.update(data);
        payload.push(data);
        offset += take;
        state.remaining -= take;
        if (state.remaining === 0) this.#endOfChunk();
      } else if (state.at === 'done') {
        throw invalid('bytes follow the last chunk');
      } else {
        const newline = piece.indexOf(0x0a, offset);
        const end = newline < 0 ? piece.length : newline + 1;
        this.#line += piece.toString('latin1', offset, end);
        offset = end;
        if (this.#line.length > maxLine) throw invalid('a chunk header is too long');
        if (newline >= 0) {
          const line = this.#line.replace(/\r?\n$/, '');
          this.#line = '';
          this.#takeLine(line);
        }
      }
    }
    return payload;
  }

  /** Call at the end of the body. Trailing headers by lower-case name. */
  end(): ReadonlyMap<string, string> {
    if (this.#state.at !== 'done') {
      throw new ServiceFailure(
        'IncompleteBody',
        'The request body terminated unexpectedly: the last chunk is missing.',
      );
    }
    return this.#trailers;
  }

  #takeLine(line: string): void {
    if (this.#state.at === 'data-end') {
      if (line !== '') throw invalid('a chunk is longer than its header says');
      this.#state = { at: 'size' };
    } else if (this.#state.at === 'size') {
      this.#takeHeader(line);
    } else {
      this.#takeTrailer(line);
    }
  }

  #takeHeader(line: string): void {
    const [, size, signature] =
      /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?\s*$/.exec(line) ?? [];
    if (size === undefined) throw invalid('a chunk header is malformed');
    if (this.signing !== undefined && signature === undefined) throw badSignature();
    this.#declared = signature ?? '';
    const remaining = parseInt(size, 16);
    this.#hash = this.signing === undefined ? undefined : createHash('sha256');
    if (remaining > 0) {
      this.#state = { at: 'data', remaining };
      return;
    }
    this.#checkChunk();
    this.#state = { at: 'trailers' };
  }

  #endOfChunk(): void {
    this.#checkChunk();
    this.#state = { at: 'data-end' };
  }

  #checkChunk(): void {
    if (this.signing === undefined || this.#hash === undefined) return;
    this.#expect(['AWS4-HMAC-SHA256-PAYLOAD', emptyHash, this.#hash.digest('hex')], this.#declared);
  }

  #takeTrailer(line: string): void {
    this.#trailerBytes += line.length;
    if (this.#trailerBytes > maxTrailerBytes) throw invalid('the trailer is too long');
    if (line !== '') {
      const at = line.indexOf(':');
      if (at < 1) throw invalid('a trailing header is malformed');
      this.#trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
      return;
    }
    const signature = this.#trailers.get('x-amz-trailer-signature');
    this.#trailers.delete('x-amz-trailer-signature');
    if (this.signing !== undefined && this.#trailers.size > 0) {
      const canonical = [...this.#trailers].map(([name, value]) => `${name}:${value}\n`).join('');
      const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
      this.#expect(['AWS4-HMAC-SHA256-TRAILER', hash], signature ?? '');
    }
    this.#state = { at: 'done' };
  }

  #expect([algorithm = '', ...hashes]: readonly string[], signature: string): void {
    const { signing } = this;
    if (signing === undefined) return;
    const text = [
      algorithm,
      signing.amzDate,
      scopeText(signing.scope),
      this.#previous,
      ...hashes,
    ].join('\n');
    if (!sameSignature(sign(signing.key, text), signature)) throw badSignature();
    this.#previous = signature;
  }
}

const invalid = (why: string) =>
  new ServiceFailure('InvalidChunkSizeError', `The aws-chunked body is malformed: ${why}.`);

const badSignature = () =>
  new ServiceFailure(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided: a chunk of ' +
      'the body was not signed with this key.',
    403,
  );
