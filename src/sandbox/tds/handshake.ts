import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { constants } from 'node:crypto';
import { PacketReader, packets, packetStatus, packetType, ProtocolError } from './packet.js';
import { encryption, encryptionVerdict, readPrelogin, writePrelogin } from './prelogin.js';
import { TlsTunnel } from './tlsTunnel.js';

const tlsRecord = 0x16;

export interface ServerTls {
  /** For TLS inside TDS 7.x, which works with TLS 1.2 only. */
  readonly tunnelled: tls.SecureContext;
  /** For TDS 8.0 ("strict"), where TLS comes first. */
  readonly strict: tls.SecureContext;
}

export function serverTls(key: string, cert: string): ServerTls {
  return {
    // With TLS 1.3 FreeTDS fails and ODBC sends its Finished message unwrapped.
    tunnelled: tls.createSecureContext({
      key,
      cert,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET,
    }),
    strict: tls.createSecureContext({ key, cert, minVersion: 'TLSv1.2' }),
  };
}

export interface Secured {
  readonly stream: Duplex;
  /** TLS came first; the client's PRELOGIN is still to come, inside it. */
  readonly strict: boolean;
}

/**
 * Takes a fresh connection to the encrypted stream on which LOGIN7 will come. The caller limits the
 * time; errors of the returned stream are the caller's.
 */
export function secure(socket: Socket, context: ServerTls, version: Buffer): Promise<Secured> {
  return new Promise((resolve, reject) => {
    const reader = new PacketReader();
    const onData = (chunk: Buffer) => {
      try {
        reader.push(chunk);
        const first = reader.firstByte();
        if (first === tlsRecord) {
          socket.off('data', onData);
          socket.pause();
          socket.unshift(reader.rest());
          resolve({ strict: true, stream: strictStream(socket, context) });
        } else if (first === packetType.prelogin) {
          const packet = reader.next();
          if (!packet) return;
          socket.off('data', onData);
          if (!(packet.status & packetStatus.endOfMessage)) {
            throw new ProtocolError('a PRELOGIN in several packets');
          }
          const verdict = encryptionVerdict(readPrelogin(packet.payload).encryption);
          socket.write(packets(packetType.response, writePrelogin(version, verdict)));
          const tunnel = new TlsTunnel(socket, reader.rest());
          resolve({
            strict: false,
            stream: new tls.TLSSocket(tunnel, {
              isServer: true,
              secureContext: context.tunnelled,
            }),
          });
        } else {
          throw new ProtocolError('neither TDS nor TLS');
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on('data', onData);
    socket.once('close', () => {
      reject(new ProtocolError('closed before login'));
    });
  });
}

function strictStream(socket: Socket, context: ServerTls): Duplex {
  return new tls.TLSSocket(socket, {
    isServer: true,
    secureContext: context.strict,
    ALPNProtocols: ['tds/8.0'],
  });
}

/** The answer to the PRELOGIN that a strict client sends inside TLS: nothing more to encrypt. */
export function strictPreloginAnswer(payload: Buffer, version: Buffer): Buffer {
  readPrelogin(payload);
  return packets(packetType.response, writePrelogin(version, encryption.off));
}
