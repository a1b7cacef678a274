import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceFailure } from '../contract.js';
import { AwsChunkedDecoder, type ChunkSigning } from '../http/awsChunked.js';
import type { RequestBody, Sink } from '../http/requestBody.js';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  checksumLength,
  createChecksum,
  parseChecksumAlgorithm,
} from './checksum.js';
import type { ContentThreads } from './contentThreads.js';
import type { WrittenFile } from './contentWriter.js';

/** Largest body of one PUT: 5 GiB. */
const maxPut = 5 * 2 ** 30;

/** A checksum that came with a body. */
export interface ClaimedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

/** A request's body together with everything its headers claim about it. */
export class Payload {
  /** Payload hash of the signature: hex, `UNSIGNED-PAYLOAD` or one of the `STREAMING-` forms. */
  readonly hash: string;

  constructor(
    private readonly body: RequestBody,
    private readonly headers: IncomingHttpHeaders,
    /** For bodies whose chunks are signed. */
    private readonly signing: ChunkSigning,
    presigned: boolean,
  ) {
    this.hash = payloadHash(headers, presigned);
  }

  #header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  get #chunked(): boolean {
    return this.hash.startsWith('STREAMING-');
  }

  /** Length of the payload; undefined when the request does not say. */
  get length(): number | undefined {
    const text = this.#chunked
      ? this.#header('x-amz-decoded-content-length')
      : this.#header('content-length');
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** The algorithm the client announces, in a header or for the trailer. */
  get announcedAlgorithm(): ChecksumAlgorithm | undefined {
    const given = checksumAlgorithms.filter(
      (algorithm) => this.#header(checksumHeader(algorithm)) !== undefined,
    );
    if (given.length > 1) {
      throw invalidRequest(
        'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
      );
    }
    const trailer = (this.#header('x-amz-trailer') ?? '')
      .split(',')
      .map((name) => /^\s*x-amz-checksum-(\w+)\s*$/i.exec(name)?.[1])
      .find((name) => name !== undefined);
    const named = this.#header('x-amz-sdk-checksum-algorithm');
    return (
      given[0] ??
      (trailer === undefined ? undefined : parseChecksumAlgorithm(trailer)) ??
      (named === undefined ? undefined : parseChecksumAlgorithm(named))
    );
  }

  /**
   * Takes the body into a file of the data folder and holds it against every claim made about it.
   * @param algorithm the checksum to compute, whether or not one was sent
   * @throws ServiceFailure `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`…; no file is left
   */
  async store(
    threads: ContentThreads,
    folder: string,
    algorithm: ChecksumAlgorithm | undefined = this.announcedAlgorithm,
  ): Promise<WrittenFile> {
    const length = this.length;
    if (length === undefined) {
      throw new ServiceFailure(
        'MissingContentLength',
        'You must provide the Content-Length HTTP header.',
        411,
      );
    }
    if (length > maxPut) throw tooLarge(length);
    const contentMd5 = this.#contentMd5();
    const claimed = this.#claimedInHeader();
    const writer = threads.create(folder, {
      sha256: this.#hexHash !== undefined,
      checksum: algorithm,
    });
    try {
      const trailers = await this.#read((piece) => writer.write(piece));
      const written = await writer.finish();
      if (written.size !== length) throw incomplete();
      this.#checkSha256(written.sha256);
      if (contentMd5 !== undefined && contentMd5.toString('hex') !== written.md5) {
        throw badDigest('Content-MD5');
      }
      this.#checkClaim(claimed ?? this.#claimedInTrailer(trailers), algorithm, written.checksum);
      return written;
    } catch (error) {
      await writer.discard();
      // From a thread an error comes with its message alone.
      if (error instanceof Error && error.message.startsWith('ENOSPC')) throw diskFull();
      throw error;
    }
  }

  /** A small body in memory, for XML documents. The same claims are checked. */
  async read(limit: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    const algorithm = this.announcedAlgorithm;
    const contentMd5 = this.#contentMd5();
    const claimed = this.#claimedInHeader();
    const trailers = await this.#read((piece) => {
      size += piece.length;
      if (size > limit) throw tooLarge(size);
      pieces.push(piece);
    });
    const bytes = Buffer.concat(pieces, size);
    this.#checkSha256(createHash('sha256').update(bytes).digest('hex'));
    if (contentMd5 !== undefined && !createHash('md5').update(bytes).digest().equals(contentMd5)) {
      throw badDigest('Content-MD5');
    }
    if (algorithm !== undefined) {
      const checksum = createChecksum(algorithm);
      checksum.update(bytes);
      this.#checkClaim(claimed ?? this.#claimedInTrailer(trailers), algorithm, checksum.digest());
    }
    return bytes;
  }

  /** True when the request carries an integrity check of its body beside the signature. */
  get hasDigest(): boolean {
    return this.#header('content-md5') !== undefined || this.announcedAlgorithm !== undefined;
  }

  get #hexHash(): string | undefined {
    return /^[0-9a-f]{64}$/.test(this.hash) ? this.hash : undefined;
  }

  async #read(take: Sink): Promise<ReadonlyMap<string, string>> {
    if (!this.#chunked) {
      await this.body.pump(take);
      return new Map();
    }
    const signed = this.hash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
    const decoder = new AwsChunkedDecoder(signed ? this.signing : undefined);
    await this.body.pump((piece) => {
      let pending: Promise<void> | undefined;
      for (const payload of decoder.push(piece)) {
        pending =
          pending?.then(() => take(payload)) ?? (take(payload) as Promise<void> | undefined);
      }
      return pending;
    });
    return decoder.end();
  }

  #contentMd5(): Buffer | undefined {
    const text = this.#header('content-md5');
    if (text === undefined) return undefined;
    const digest = Buffer.from(text, 'base64');
    if (digest.length !== 16 || digest.toString('base64') !== text) {
      throw new ServiceFailure('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    return digest;
  }

  #claimedInHeader(): ClaimedChecksum | undefined {
    for (const algorithm of checksumAlgorithms) {
      const value = this.#header(checksumHeader(algorithm));
      if (value === undefined) continue;
      requireChecksumForm(algorithm, value);
      return { algorithm, value };
    }
    return undefined;
  }

  #claimedInTrailer(trailers: ReadonlyMap<string, string>): ClaimedChecksum | undefined {
    const announced = this.#header('x-amz-trailer');
    if (announced === undefined) return undefined;
    for (const algorithm of checksumAlgorithms) {
      const value = trailers.get(checksumHeader(algorithm));
      if (value === undefined) continue;
      requireChecksumForm(algorithm, value);
      return { algorithm, value };
    }
    throw new ServiceFailure(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  }

  #checkSha256(actual: string | undefined): void {
    if (this.#hexHash !== undefined && this.#hexHash !== actual) {
      throw new ServiceFailure(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
  }

  #checkClaim(
    claimed: ClaimedChecksum | undefined,
    algorithm: ChecksumAlgorithm | undefined,
    actual: string | undefined,
  ): void {
    if (claimed === undefined) return;
    if (claimed.algorithm !== algorithm) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm ?? 'null'}, actual ` +
          `checksum Type: ${claimed.algorithm}`,
      );
    }
    if (claimed.value !== actual) throw badDigest(claimed.algorithm);
  }
}

function payloadHash(headers: IncomingHttpHeaders, presigned: boolean): string {
  const hash = headers['x-amz-content-sha256'];
  if (typeof hash !== 'string') {
    if (presigned) return 'UNSIGNED-PAYLOAD';
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  }
  const known =
    /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/;
  if (!known.test(hash)) {
    throw new ServiceFailure(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a ' +
        'valid sha256 value.',
    );
  }
  return hash;
}

function requireChecksumForm(algorithm: ChecksumAlgorithm, value: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== checksumLength(algorithm) || bytes.toString('base64') !== value) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
}

const invalidRequest = (message: string) => new ServiceFailure('InvalidRequest', message);

const badDigest = (what: string) =>
  new ServiceFailure(
    'BadDigest',
    what === 'Content-MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${what} you specified did not match the calculated checksum.`,
  );

const incomplete = () =>
  new ServiceFailure(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );

const tooLarge = (size: number) =>
  new ServiceFailure(
    'EntityTooLarge',
    `Your proposed upload (${String(size)} bytes) exceeds the maximum allowed object size.`,
  );

const diskFull = () =>
  new ServiceFailure('InternalError', "The disk that holds the sandbox's state is full.", 500);
