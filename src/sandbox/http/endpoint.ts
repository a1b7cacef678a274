import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Cloud } from '../cloud.js';
import { Exchange } from './exchange.js';
import { RequestBody } from './requestBody.js';
import { xmlDocument } from './xml.js';

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
