// A small S3 on a loopback socket that can be told to misbehave. It checks what S3 checks of an
// upload (lengths, CRC32, conditions, part order) and knows nothing of encryption.
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Record<string, string>;
}

interface Upload {
  readonly key: string;
  readonly metadata: Record<string, string>;
  readonly parts: Map<number, { body: Buffer; etag: string; crc: string }>;
}

/** One request as a fault sees it, before it is served. */
export interface Seen {
  /** `Head`, `Get`, `Put`, `Create`, `Part`, `Complete`, `Abort`. */
  readonly operation: string;
  readonly key: string;
  readonly partNumber: number | undefined;
  /** How many requests of this operation came before. */
  readonly earlier: number;
  readonly headers: http.IncomingHttpHeaders;
}

/**
 * What to do instead of serving: answer with an error, `drop` the connection (after `afterBytes` of the
 * request's body, of a Get's response body), or `hang` for ever.
 */
export type Fault =
  | {
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly drop: true; readonly afterBytes?: number }
  | { readonly hang: true }
  | undefined;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(code);
  }

  get xml(): string {
    return `<Error><Code>${this.code}</Code><Message>${this.code} (double)</Message></Error>`;
  }
}

export class S3Double {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, Upload>();
  readonly requests: Seen[] = [];
  /** Asked before each request is served. */
  fault: (seen: Seen) => Fault | Promise<Fault> = () => undefined;
  /** Requests that are served, but whose answer never arrives. */
  loseAnswer: (seen: Seen) => boolean = () => false;
  connections = 0;
  readonly #server: http.Server;
  readonly #counts = new Map<string, number>();

  private constructor(readonly bucket: string) {
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.destroy(error as Error);
      });
    });
    this.#server.on('connection', () => this.connections++);
  }

  static async start(bucket = 'backups'): Promise<S3Double> {
    const double = new S3Double(bucket);
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  count(operation: string): number {
    return this.#counts.get(operation) ?? 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(key: string, body: Buffer, metadata: Record<string, string> = {}): StoredObject {
    const object = { body, metadata, etag: `"${md5(body)}"` };
    this.objects.set(key, object);
    return object;
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.endpoint);
    const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const query = url.searchParams;
    const operation = operationOf(request.method ?? '', query);
    const earlier = this.count(operation);
    this.#counts.set(operation, earlier + 1);
    const partNumber = query.has('partNumber') ? Number(query.get('partNumber')) : undefined;
    const seen: Seen = { operation, key, partNumber, earlier, headers: request.headers };
    this.requests.push(seen);
    if (this.loseAnswer(seen)) response.end = () => response.destroy();
    const fault = await this.fault(seen);
    if (fault && 'hang' in fault) return;
    if (fault && 'drop' in fault && operation !== 'Get') {
      await drop(request, fault.afterBytes ?? 0);
      return;
    }
    try {
      const body = await bodyOf(request);
      if (fault && 'status' in fault) {
        throw new Refusal(fault.status, fault.code, fault.headers);
      }
      if (bucket !== this.bucket) throw new Refusal(404, 'NoSuchBucket');
      const dropAfter = fault && 'drop' in fault ? (fault.afterBytes ?? 0) : undefined;
      this.#handle(operation, { key, query, body, request, response, dropAfter });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const headers = { 'Content-Type': 'application/xml', ...error.headers };
      response.writeHead(error.status, headers);
      response.end(request.method === 'HEAD' ? undefined : error.xml);
    }
  }

  #handle(
    operation: string,
    c: {
      key: string;
      query: URLSearchParams;
      body: Buffer;
      request: http.IncomingMessage;
      response: http.ServerResponse;
      dropAfter: number | undefined;
    },
  ): void {
    const { key, query, body, request, response } = c;
    const { headers } = request;
    const uploadId = query.get('uploadId') ?? '';
    const upload = this.uploads.get(uploadId);
    switch (operation) {
      case 'Head':
      case 'Get':
        this.#read(key, request, response, c.dropAfter);
        return;
      case 'Put': {
        if (!crcFits(headers, body)) throw new Refusal(400, 'BadDigest');
        if (headers['if-none-match'] === '*' && this.objects.has(key)) {
          throw new Refusal(412, 'PreconditionFailed');
        }
        const { etag } = this.put(key, body, metadataOf(headers));
        response.setHeader('ETag', etag).end();
        return;
      }
      case 'Create': {
        const id = randomUUID();
        this.uploads.set(id, { key, metadata: metadataOf(headers), parts: new Map() });
        response.end(
          `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
        return;
      }
      case 'Part': {
        if (!upload) throw new Refusal(404, 'NoSuchUpload');
        if (!crcFits(headers, body)) throw new Refusal(400, 'BadDigest');
        const etag = `"${md5(body)}"`;
        const crc = String(headers['x-amz-checksum-crc32']);
        upload.parts.set(Number(query.get('partNumber')), { body, etag, crc });
        response.setHeader('ETag', etag).end();
        return;
      }
      case 'Complete': {
        if (!upload) throw new Refusal(404, 'NoSuchUpload');
        if (headers['if-none-match'] === '*' && this.objects.has(key)) {
          throw new Refusal(412, 'PreconditionFailed');
        }
        const listed = [...body.toString().matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
          number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
          etag: /<ETag>(.*?)</.exec(part)?.[1]?.replaceAll('&quot;', '"'),
          crc: /<ChecksumCRC32>(.*?)</.exec(part)?.[1],
        }));
        const parts = listed.map(({ number }) => upload.parts.get(number));
        const fits = listed.every(
          ({ number, etag, crc }, index) =>
            number === index + 1 && parts[index]?.etag === etag && parts[index]?.crc === crc,
        );
        if (!fits || listed.length === 0) throw new Refusal(400, 'InvalidPart');
        const tooSmall = parts.slice(0, -1).some((part) => (part?.body.length ?? 0) < 5 * 2 ** 20);
        if (tooSmall) throw new Refusal(400, 'EntityTooSmall');
        const whole = Buffer.concat(parts.map((part) => part?.body ?? Buffer.alloc(0)));
        const etag = `"${md5(whole)}-${listed.length}"`;
        this.objects.set(key, { body: whole, etag, metadata: upload.metadata });
        this.uploads.delete(uploadId);
        response.end(
          `<CompleteMultipartUploadResult><ETag>${etag.replaceAll('"', '&quot;')}</ETag></CompleteMultipartUploadResult>`,
        );
        return;
      }
      case 'Abort':
        if (!this.uploads.delete(uploadId)) throw new Refusal(404, 'NoSuchUpload');
        response.writeHead(204).end();
        return;
      default:
        throw new Refusal(501, 'NotImplemented');
    }
  }

  #read(
    key: string,
    request: http.IncomingMessage,
    response: http.ServerResponse,
    dropAfter: number | undefined,
  ): void {
    const object = this.objects.get(key);
    const isHead = request.method === 'HEAD';
    if (!object) throw new Refusal(404, 'NoSuchKey');
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== object.etag) {
      throw new Refusal(412, 'PreconditionFailed');
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] || object.body.length - 1) + 1, object.body.length);
    if (range && start >= object.body.length) throw new Refusal(416, 'InvalidRange');
    response.writeHead(range ? 206 : 200, {
      ETag: object.etag,
      'Content-Length': end - start,
      'Last-Modified': new Date(0).toUTCString(),
      ...(range ? { 'Content-Range': `bytes ${start}-${end - 1}/${object.body.length}` } : {}),
      ...Object.fromEntries(
        Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    });
    if (isHead) {
      response.end();
    } else if (dropAfter === undefined) {
      response.end(object.body.subarray(start, end));
    } else {
      response.write(object.body.subarray(start, Math.min(end, start + dropAfter)), () => {
        setTimeout(() => response.destroy(), 5);
      });
    }
  }
}

function operationOf(method: string, query: URLSearchParams): string {
  if (method === 'HEAD') return 'Head';
  if (method === 'GET') return 'Get';
  if (method === 'DELETE' && query.has('uploadId')) return 'Abort';
  if (method === 'POST') return query.has('uploads') ? 'Create' : 'Complete';
  if (method === 'PUT') return query.has('partNumber') ? 'Part' : 'Put';
  return method;
}

function metadataOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]),
  );
}

/** A CRC32 must have been sent, and fit. */
function crcFits(headers: http.IncomingHttpHeaders, body: Buffer): boolean {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return headers['x-amz-checksum-crc32'] === crc.toString('base64');
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const stated = request.headers['content-length'];
  if (stated !== undefined && Number(stated) !== body.length) throw new Error('IncompleteBody');
  return body;
}

async function drop(request: http.IncomingMessage, afterBytes: number): Promise<void> {
  let seen = 0;
  if (afterBytes > 0) {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen >= afterBytes) break;
    }
  }
  request.socket.destroy();
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
