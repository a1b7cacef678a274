import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import type { Credentials } from './cloud.js';

export interface RawRequest {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** What stands for the body in the signature; by default its SHA-256. */
  readonly payloadHash?: string;
  readonly service?: string;
  readonly region?: string;
  /** When it claims to have been signed. */
  readonly date?: Date;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
export const hmac = (key: string | Buffer, data: string) =>
  createHmac('sha256', key).update(data).digest();

export interface SignedHeaders {
  readonly headers: Record<string, string>;
  readonly signature: string;
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: string;
}

/** Signature Version 4 written once more, for requests that no SDK would send. */
export function signRequest(host: string, request: RawRequest, who: Credentials): SignedHeaders {
  const { service = 's3', region = 'us-east-1', date = new Date() } = request;
  const amzDate = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = amzDate.slice(0, 8);
  const payloadHash = request.payloadHash ?? sha256(request.body ?? '');
  const headers: Record<string, string> = {
    host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': payloadHash,
    ...(who.sessionToken !== undefined && { 'x-amz-security-token': who.sessionToken }),
    ...request.headers,
  };
  const names = Object.keys(headers).sort();
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  // Header values are bytes on the wire, which Node's strings hold as Latin-1.
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const key = [region, service, 'aws4_request'].reduce(
    (parent, part) => hmac(parent, part),
    hmac(`AWS4${who.secretAccessKey}`, day),
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, hash].join('\n')).toString(
    'hex',
  );
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${who.accessKeyId}/${scope}, ` +
    `SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { headers, signature, key, amzDate, scope };
}

/** Sends bytes and headers exactly as they are given. */
export function sendRaw(
  url: string,
  request: Pick<RawRequest, 'method' | 'target' | 'body'> & {
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        hostname,
        port,
        method: request.method,
        path: request.target,
        headers: {
          ...request.headers,
          ...(request.body !== undefined && { 'content-length': Buffer.byteLength(request.body) }),
        },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('error', reject);
    // As bytes: Node would encode a string together with the headers, as UTF-8.
    outgoing.end(Buffer.from(request.body ?? ''));
  });
}

/** Signs and sends. */
export function sendSigned(url: string, request: RawRequest, who: Credentials): Promise<RawAnswer> {
  const { headers } = signRequest(new URL(url).host, request, who);
  return sendRaw(url, { ...request, headers });
}
