import { connect, type Socket } from 'node:net';

/**
 * Opens the TCP connection, trying all addresses of the host, within `timeoutMs`. `started` gets the
 * socket at once, so that the caller can end the attempt.
 */
export function openSocket(
  host: string,
  port: number,
  timeoutMs: number,
  started: (socket: Socket) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, autoSelectFamily: true });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no answer in ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      // Several addresses were tried: Node bundles their errors in one without a text.
      reject(error instanceof AggregateError ? (error.errors[0] as Error) : error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
    started(socket);
  });
}
