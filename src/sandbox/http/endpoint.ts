import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { type Cloud } from '../cloud.js';
import { ServiceFailure } from '../contract.js';
import { type ServiceCall } from '../iam/access.js';
import { Payload } from '../s3/payload.js';
import { S3Request } from '../s3/request.js';
import { authenticate, type Authenticated, unsignedAmzHeader } from './authenticate.js';
import { authFailure, type AuthFault } from './authErrors.js';
import { type Authorization, readAuthorization } from './authorization.js';
import { JsonInput } from './jsonInput.js';
import {
  type Answer,
  errorAnswer,
  type Protocol,
  protocolOf,
  queryNamespaces,
} from './protocol.js';
import { QueryInput } from './queryInput.js';
import { RequestBody } from './requestBody.js';
import { addressBucket } from './s3Address.js';
import { sendAnswer, sendContent } from './send.js';
import { parseQuery, type QueryParameter, uriDecode } from './uri.js';
import { xmlDocument } from './xml.js';

/** Bodies of all services but S3 are small. */
const maxSmallBody = 2 ** 20;

export interface EndpointLimits {
  /** How long a client may take to send its headers. */
  readonly headersTimeoutMs: number;
  /** How long a connection may be silent while a request is under way. */
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

const defaultLimits: EndpointLimits = {
  headersTimeoutMs: 20_000,
  idleTimeoutMs: 60_000,
  maxHeaderBytes: 32 * 1024,
};

export interface AwsEndpoint {
  readonly url: string;
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves all AWS services of a cloud over HTTP. Which one a request is for is told by the scope of
 * its signature.
 */
export async function startAwsEndpoint(o: {
  cloud: Cloud;
  host?: string;
  port: number;
  limits?: Partial<EndpointLimits>;
}): Promise<AwsEndpoint> {
  const limits = { ...defaultLimits, ...o.limits };
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    // An upload may take as long as it likes, as long as bytes keep coming.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
    keepAliveTimeout: 60_000,
    highWaterMark: 1 << 20,
    noDelay: true,
  });
  const handle = (request: IncomingMessage, response: ServerResponse, waits: boolean) => {
    const invite = waits
      ? () => {
          response.writeContinue();
        }
      : undefined;
    const exchange = new Exchange(o.cloud, request, response, new RequestBody(request, invite));
    response.setTimeout(limits.idleTimeoutMs, () => {
      exchange.idle();
    });
    void exchange.run();
  };
  server.on('request', (request, response) => {
    handle(request, response, false);
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response, true);
  });
  server.on('clientError', refuseMalformed);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, o.host ?? '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port, address, family } = server.address() as AddressInfo;
  const shownHost = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${shownHost}:${String(port)}`, port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** What is not even HTTP gets one line of it back and is cut off. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'RequestHeaderSectionTooLarge']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'RequestTimeout']
        : ['400 Bad Request', 'BadRequest'];
  const message = 'The request could not be read as HTTP.';
  const body = xmlDocument('Error', { Code: code, Message: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/xml\r\n` +
      `Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
  );
}

/** One request and its answer. */
class Exchange {
  readonly #requestId = randomUUID();
  #protocol: Protocol = 's3';
  #service = 's3';
  readonly #rawPath: string;
  readonly #rawQuery: string;

  constructor(
    private readonly cloud: Cloud,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly body: RequestBody,
  ) {
    const target = request.url ?? '/';
    const at = target.indexOf('?');
    // A proxy's absolute form is not expected here, but nothing breaks when it comes.
    const path = (at < 0 ? target : target.slice(0, at)).replace(/^https?:\/\/[^/]*/i, '');
    this.#rawPath = path === '' ? '/' : path;
    this.#rawQuery = at < 0 ? '' : target.slice(at + 1);
  }

  async run(): Promise<void> {
    // A client that goes away in the middle is no reason for anything but to stop.
    this.response.on('error', () => undefined);
    try {
      await this.#handle();
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** Nothing has moved on the connection for a while. */
  idle(): void {
    const { request, response } = this;
    if (!request.complete && !response.headersSent) {
      void this.#answerFailure(
        new ServiceFailure(
          'RequestTimeout',
          'Your socket connection to the server was not read from or written to within the timeout ' +
            'period. Idle connections will be closed.',
        ),
        { connection: 'close' },
      ).finally(() => request.destroy());
    } else if (response.headersSent) {
      response.destroy();
    }
    // Otherwise the sandbox itself is at work, and the client waits as it should.
  }

  async #handle(): Promise<void> {
    const { request } = this;
    const query = parseQuery(this.#rawQuery);
    if (query === undefined) {
      throw new ServiceFailure('InvalidURI', "Couldn't parse the specified URI.");
    }
    const reading = readAuthorization(request.headers, query);
    if (reading.kind !== 'signed') {
      this.#guessService();
      throw authFailure(this.#protocol, reading);
    }
    const { authorization } = reading;
    const { service } = authorization.scope;
    const protocol = protocolOf(service);
    if (protocol === undefined) {
      this.#guessService();
      throw new ServiceFailure(
        this.#protocol === 's3' ? 'NotImplemented' : 'UnknownOperationException',
        `The sandbox does not implement the service "${service}".`,
      );
    }
    this.#protocol = protocol;
    this.#service = service;
    if (protocol === 's3') await this.#handleS3(authorization, query);
    else await this.#handleSmall(authorization, query, protocol);
  }

  async #handleS3(authorization: Authorization, query: readonly QueryParameter[]): Promise<void> {
    const { request } = this;
    const presigned = authorization.expiresIn !== undefined;
    // Signing is filled in once the caller is known; the hash is needed to know them.
    const signing = {
      key: Buffer.alloc(0) as Buffer,
      amzDate: authorization.amzDate,
      scope: authorization.scope,
      seed: authorization.signature,
    };
    const payload = new Payload(this.body, request.headers, signing, presigned);
    const { caller, signingKey } = this.#authenticate(authorization, query, payload.hash);
    signing.key = signingKey;

    const address = addressBucket(request.headers.host ?? '', this.#rawPath);
    const key = uriDecode(address.rawKey);
    const bucket = uriDecode(address.rawBucket);
    if (key === undefined || bucket === undefined) {
      throw new ServiceFailure('InvalidURI', "Couldn't parse the specified URI.");
    }
    const s3Request = new S3Request(
      request.method ?? '',
      bucket,
      key,
      query,
      request.headers,
      payload,
      this.#call(authorization, caller),
      address.virtualHost,
    );
    const reply = await this.cloud.s3(s3Request);
    const headers = { ...reply.headers, ...this.#idHeaders() };
    if (reply.content === undefined) {
      await this.#drain();
      await sendAnswer(this.request, this.response, { ...reply, headers, body: reply.body ?? '' });
    } else {
      await sendContent(this.response, { status: reply.status, headers }, reply.content);
    }
  }

  async #handleSmall(
    authorization: Authorization,
    query: readonly QueryParameter[],
    protocol: Exclude<Protocol, 's3'>,
  ): Promise<void> {
    const body = await this.body.readAll(maxSmallBody);
    const hash = createHash('sha256').update(body).digest('hex');
    const { caller } = this.#authenticate(authorization, query, hash);
    const call = this.#call(authorization, caller);
    const answer =
      protocol === 'json'
        ? await this.#runJson(body.toString('utf8'), call)
        : await this.#runQuery(body.toString('utf8'), call);
    await sendAnswer(this.request, this.response, answer);
  }

  async #runJson(body: string, call: ServiceCall): Promise<Answer> {
    const target = this.request.headers['x-amz-target'];
    const name = typeof target === 'string' ? (target.split('.').at(-1) ?? '') : '';
    const operations = this.cloud.jsonServices[this.#service] ?? {};
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) {
      throw new ServiceFailure(
        'UnknownOperationException',
        `The sandbox does not implement ${this.#service}:${name}.`,
      );
    }
    const output = await operation(JsonInput.parse(body), call);
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1', ...this.#idHeaders() },
      body: JSON.stringify(output),
    };
  }

  async #runQuery(body: string, call: ServiceCall): Promise<Answer> {
    const input = QueryInput.parse(this.request.method === 'GET' ? this.#rawQuery : body);
    const name = input.text('Action') ?? '';
    const operations = this.cloud.queryServices[this.#service] ?? {};
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) {
      throw new ServiceFailure(
        'InvalidAction',
        `The sandbox does not implement ${this.#service}:${name}.`,
      );
    }
    const output = await operation(input, call);
    const id = this.#requestId;
    const content =
      this.#protocol === 'ec2'
        ? { requestId: id, ...output }
        : { [`${name}Result`]: output, ResponseMetadata: { RequestId: id } };
    return {
      status: 200,
      headers: { 'content-type': 'text/xml', ...this.#idHeaders() },
      body: xmlDocument(`${name}Response`, content, queryNamespaces[this.#service]),
    };
  }

  #authenticate(
    authorization: Authorization,
    query: readonly QueryParameter[],
    payloadHash: string,
  ): Authenticated {
    const { method = '', rawHeaders } = this.request;
    const unsigned = unsignedAmzHeader(rawHeaders, authorization.signedHeaders);
    if (unsigned !== undefined) {
      const why = `There were headers present in the request which were not signed: ${unsigned}`;
      if (this.#protocol === 's3') throw new ServiceFailure('AccessDenied', why, 403);
      throw authFailure(this.#protocol, { kind: 'malformed', why });
    }
    const line = { method, rawPath: this.#rawPath, query, rawHeaders };
    const { identities } = this.cloud;
    const result = authenticate(line, authorization, payloadHash, identities, Date.now());
    if ('kind' in result) throw authFailure(this.#protocol, result satisfies AuthFault);
    return result;
  }

  #call(authorization: Authorization, caller: Authenticated['caller']): ServiceCall {
    return {
      caller,
      region: authorization.scope.region,
      requestId: this.#requestId,
      sourceIp: this.request.socket.remoteAddress ?? '127.0.0.1',
      baseUrl: `http://${this.request.headers.host ?? 'localhost'}`,
    };
  }

  /** Without a signature's scope only the form of a request tells whom it is for. */
  #guessService(): void {
    const { headers } = this.request;
    const target = headers['x-amz-target'];
    if (typeof target === 'string') {
      this.#protocol = 'json';
      this.#service = target.startsWith('TrentService') ? 'kms' : 'secretsmanager';
    } else if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      this.#protocol = 'query';
      this.#service = 'sts';
    }
  }

  #idHeaders(): Record<string, string> {
    const id = this.#requestId;
    return this.#protocol === 's3' ? { 'x-amz-request-id': id } : { 'x-amzn-requestid': id };
  }

  async #fail(error: unknown): Promise<void> {
    const { response } = this;
    // The client has gone away: nobody to tell.
    if (response.destroyed) return;
    if (response.headersSent) {
      this.#internal(error);
      // Half an answer is out; cutting the connection is the only way left to say that it is half.
      response.destroy();
      return;
    }
    const failure = error instanceof ServiceFailure ? error : this.#internal(error);
    try {
      await this.#drain();
      if (!response.headersSent) await this.#answerFailure(failure);
    } catch {
      response.destroy();
    }
  }

  async #answerFailure(
    failure: ServiceFailure,
    extraHeaders: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const answer = errorAnswer(this.#protocol, failure, {
      requestId: this.#requestId,
      resource: uriDecode(this.#rawPath) ?? this.#rawPath,
      service: this.#service,
    });
    const headers = { ...answer.headers, ...this.#idHeaders(), ...extraHeaders };
    await sendAnswer(this.request, this.response, { ...answer, headers });
  }

  #internal(error: unknown): ServiceFailure {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.cloud.log(`${this.#service} request ${this.#requestId} failed: ${text}`);
    const code = this.#protocol === 's3' ? 'InternalError' : 'InternalFailure';
    return new ServiceFailure(code, 'We encountered an internal error. Please try again.', 500);
  }

  /**
   * Reads what is left of a body that nobody wanted, so that the client gets to the answer; up to a
   * bound, after which the connection ends instead.
   */
  async #drain(): Promise<void> {
    const { request, response } = this;
    if (request.complete) return;
    if (!this.body.invited) {
      response.setHeader('connection', 'close');
      return;
    }
    let left = 64 * 2 ** 20;
    try {
      for await (const chunk of request) {
        left -= (chunk as Buffer).length;
        if (left < 0) break;
      }
    } catch {
      // The client is gone, or its body cannot be read; the answer below finds out.
    }
    if (!request.complete) response.setHeader('connection', 'close');
  }
}
