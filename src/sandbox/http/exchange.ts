import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud } from '../cloud.js';
import { ServiceFailure } from '../contract.js';
import type { ServiceCall } from '../iam/access.js';
import { Payload } from '../s3/payload.js';
import { S3Request } from '../s3/request.js';
import { authenticate, type Authenticated, unsignedAmzHeader } from './authenticate.js';
import { authFailure, type AuthFault } from './authErrors.js';
import { type Authorization, readAuthorization } from './authorization.js';
import { JsonInput } from './jsonInput.js';
import {
  type Answer,
  errorAnswer,
  hostId,
  type Protocol,
  protocolOf,
  queryNamespaces,
} from './protocol.js';
import { QueryInput } from './queryInput.js';
import type { RequestBody } from './requestBody.js';
import { addressBucket } from './s3Address.js';
import { sendAnswer, sendContent } from './send.js';
import { parseQuery, type QueryParameter, uriDecode } from './uri.js';
import { xmlDocument } from './xml.js';

/** Bodies of all services but S3 are small. */
const maxSmallBody = 2 ** 20;
/** How much of a refused body is read so that its sender gets to the answer. */
const maxDiscarded = 64 * 2 ** 20;

/** One request and its answer. */
export class Exchange {
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
        : { ...(output && { [`${name}Result`]: output }), ResponseMetadata: { RequestId: id } };
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
    return this.#protocol === 's3'
      ? { 'x-amz-request-id': id, 'x-amz-id-2': hostId(id) }
      : { 'x-amzn-requestid': id };
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
    await this.#drain();
    await this.#answerFailure(failure);
  }

  async #answerFailure(
    failure: ServiceFailure,
    extraHeaders: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    // While a rejected body was read to its end, the idle timer may have answered already.
    if (this.response.headersSent) return;
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

  /** Lets the rest of an unwanted body pass; the connection ends when it is too much. */
  async #drain(): Promise<void> {
    const ended = await this.body.discard(maxDiscarded);
    if (!ended && !this.response.headersSent) this.response.setHeader('connection', 'close');
  }
}
