import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Form of a query-protocol call. */
  readonly form: URLSearchParams;
  /** Operation: `Action` of the form, or the end of `x-amz-target`. */
  readonly operation: string;
  /** From the signature's scope. */
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
}

export interface AwsAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | object;
}

export type Answering = (request: AwsRequest) => AwsAnswer;

/** An HTTP server on loopback that answers AWS calls as a test tells it, and remembers them. */
export async function fakeAws(answer: Answering) {
  const requests: AwsRequest[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const form = new URLSearchParams(body);
      const target = String(incoming.headers['x-amz-target'] ?? '');
      const scope = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '');
      const request: AwsRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body,
        form,
        operation: form.get('Action') ?? target.slice(target.lastIndexOf('.') + 1),
        accessKeyId: scope?.[1],
        region: scope?.[2],
      };
      requests.push(request);
      const { status = 200, headers = {}, body: out = '' } = answer(request);
      response.writeHead(status, headers);
      response.end(typeof out === 'string' ? out : JSON.stringify(out));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A failure as a JSON service words it. */
export const jsonError = (name: string, message?: string, status = 400): AwsAnswer => ({
  status,
  body: { __type: name, ...(message !== undefined && { message }) },
});

/** A failure as a query service words it. */
export const queryError = (code: string, message: string, status = 400): AwsAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body:
    '<ErrorResponse><Error><Type>Sender</Type>' +
    `<Code>${code}</Code><Message>${message}</Message></Error>` +
    '<RequestId>r</RequestId></ErrorResponse>',
});

export const assumedRole = (accessKeyId: string, operation = 'AssumeRole'): AwsAnswer => ({
  headers: { 'content-type': 'text/xml' },
  body:
    `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result>` +
    `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
    `<SessionToken>token-of-${accessKeyId}</SessionToken>` +
    `<Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>` +
    `</${operation}Result></${operation}Response>`,
});
