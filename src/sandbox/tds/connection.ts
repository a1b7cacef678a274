import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { secure, type ServerTls, strictPreloginAnswer } from './handshake.js';
import { maxLoginBytes, readLogin7, type Login7 } from './login7.js';
import { type ClientMessage, MessageStream } from './messageStream.js';
import {
  defaultPacketBytes,
  largestPacketBytes,
  packetType,
  ProtocolError,
  smallestPacketBytes,
} from './packet.js';
import { readBatch, readRpc, readTransactionRequest } from './requests.js';
import { respond } from './responder.js';
import { ResponseWriter } from './responseWriter.js';
import type { SqlEvent, SqlServer, SqlSession } from './session.js';
import {
  done,
  doneStatus,
  environmentChange,
  errorToken,
  featureExtAck,
  infoToken,
  loginAck,
  type Message,
} from './tokens.js';

const loginTimeoutMs = 10_000;
const closingTimeoutMs = 1_000;
const tds74 = 0x74000004;
const tds72 = 0x72090002;
const tds80 = 0x08000000;
const utf8Support = 0x0a;

/** One client from accept to close. Resolves when the socket has closed; never rejects. */
export async function serveConnection(
  socket: Socket,
  server: SqlServer,
  context: ServerTls,
  onLoggedIn: () => void,
): Promise<void> {
  socket.setNoDelay(true);
  const connection = new Connection(socket, server);
  const timer = setTimeout(() => {
    socket.destroy();
  }, loginTimeoutMs);
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      resolve();
    }),
  );
  socket.on('error', () => undefined);
  try {
    const session = await connection.login(context);
    clearTimeout(timer);
    if (session) {
      onLoggedIn();
      try {
        await connection.serve(session);
      } finally {
        session.close();
      }
    }
  } catch {
    // Whatever went wrong before login, or with the network, has no one left to be told.
  } finally {
    clearTimeout(timer);
    connection.close();
  }
  await closed;
}

class Connection {
  readonly #socket: Socket;
  readonly #server: SqlServer;
  #stream: Duplex | undefined;
  #messages!: MessageStream;
  #writer!: ResponseWriter;

  constructor(socket: Socket, server: SqlServer) {
    this.#socket = socket;
    this.#server = server;
  }

  /** Encrypts, then logs in; undefined when the login was refused (the client has been told). */
  async login(context: ServerTls): Promise<SqlSession | undefined> {
    const version = versionBytes(this.#server.version);
    const { stream, strict } = await secure(
      this.#socket,
      context,
      Buffer.concat([version, Buffer.alloc(2)]),
    );
    this.#stream = stream;
    stream.on('error', () => {
      this.#socket.destroy();
    });
    this.#socket.on('close', () => stream.destroy());
    this.#messages = new MessageStream(stream, maxLoginBytes);
    this.#writer = new ResponseWriter(stream, defaultPacketBytes);
    if (strict) {
      const prelogin = await this.#expect(packetType.prelogin);
      stream.write(strictPreloginAnswer(prelogin, Buffer.concat([version, Buffer.alloc(2)])));
    }
    const login = readLogin7(await this.#expect(packetType.login7));
    return this.#answerLogin(login);
  }

  async #expect(type: number): Promise<Buffer> {
    const message = await this.#messages.next();
    if (message?.type !== type) throw new ProtocolError('another message than the login');
    return message.payload;
  }

  async #answerLogin(login: Login7): Promise<SqlSession | undefined> {
    const { serverName } = this.#server;
    if (login.tdsVersion < tds72 && login.tdsVersion !== tds80) {
      throw new ProtocolError('a TDS version before 7.2');
    }
    const result = login.otherAuthentication
      ? { errors: [unsupportedAuthentication] }
      : this.#server.login(login);
    if ('errors' in result) {
      for (const error of result.errors) await this.#writer.write(errorToken(serverName, error));
      await this.#writer.write(done('done', doneStatus.error));
      await this.#writer.end();
      return undefined;
    }
    const packetBytes = negotiatedPacketBytes(login.packetBytes);
    const info = (number: number, state: number, text: string) =>
      infoToken(serverName, { number, state, class: 0, text });
    const { database } = result;
    const tokens = [
      environmentChange({ kind: 'database', to: database, from: 'master' }),
      info(5701, 2, `Changed database context to '${database}'.`),
      environmentChange({ kind: 'collation' }),
      environmentChange({ kind: 'language', to: 'us_english', from: '' }),
      info(5703, 1, 'Changed language setting to us_english.'),
      loginAck(
        bigEndian(login.tdsVersion === tds80 ? tds80 : tds74),
        versionBytes(this.#server.version),
      ),
      environmentChange({ kind: 'packetSize', to: packetBytes, from: defaultPacketBytes }),
      ...(login.features.includes(utf8Support)
        ? [featureExtAck([[utf8Support, Buffer.from([1])]])]
        : []),
      done('done', doneStatus.final),
    ];
    for (const token of tokens) await this.#writer.write(token);
    await this.#writer.end();
    this.#writer.packetBytes = packetBytes;
    this.#messages.allowRequests(packetBytes);
    return result.session;
  }

  /** Requests strictly one after another, until the client goes. */
  async serve(session: SqlSession): Promise<void> {
    for (;;) {
      let message: ClientMessage | undefined;
      try {
        message = await this.#messages.next();
      } catch (error) {
        await this.#refuseStream(error);
        return;
      }
      if (!message) return;
      if (message.type === packetType.attention) {
        await this.#writer.write(done('done', doneStatus.attention));
        await this.#writer.end();
      } else if (message.ignored) {
        await this.#writer.write(done('done', doneStatus.error));
        await this.#writer.end();
      } else if (!(await this.#run(session, message))) return;
    }
  }

  /** Answers one request; false when the connection must be closed. */
  async #run(session: SqlSession, message: ClientMessage): Promise<boolean> {
    const abort = new AbortController();
    this.#messages.onAttention = () => {
      abort.abort();
    };
    const gone = () => {
      abort.abort();
    };
    this.#socket.once('close', gone);
    if (this.#messages.attentionWaits) abort.abort();
    try {
      if (message.reset) {
        session.reset(message.resetKeepsTransaction);
        await this.#writer.write(environmentChange({ kind: 'reset' }));
      }
      let events: AsyncIterable<SqlEvent>;
      try {
        events = this.#events(session, message, abort.signal);
      } catch (error) {
        await this.#refuseStream(error);
        return false;
      }
      const { fatal } = await respond(events, this.#writer, this.#server.serverName, abort.signal);
      return !fatal;
    } finally {
      this.#messages.onAttention = undefined;
      this.#socket.off('close', gone);
    }
  }

  #events(session: SqlSession, message: ClientMessage, signal: AbortSignal) {
    switch (message.type) {
      case packetType.batch:
        return session.batch(readBatch(message.payload), signal);
      case packetType.rpc:
        return session.rpc(readRpc(message.payload), signal);
      case packetType.transactionManager:
        return session.transaction(readTransactionRequest(message.payload));
      default:
        throw new ProtocolError(`a message of type ${message.type}`);
    }
  }

  /** The client broke the protocol after login: it is told so, then closed. */
  async #refuseStream(error: unknown): Promise<void> {
    const what = error instanceof Error ? error.message : String(error);
    const text =
      'The incoming tabular data stream (TDS) protocol stream is incorrect. ' +
      `The stream ended unexpectedly (${what}).`;
    await this.#writer.write(
      errorToken(this.#server.serverName, { number: 4002, state: 1, class: 16, text }),
    );
    await this.#writer.write(done('done', doneStatus.error));
    await this.#writer.end();
  }

  /** Lets what has been written reach the client, then closes for certain. */
  close(): void {
    const force = setTimeout(() => {
      this.#socket.destroy();
    }, closingTimeoutMs);
    this.#socket.once('close', () => {
      clearTimeout(force);
    });
    if (this.#stream) this.#stream.end();
    else this.#socket.destroy();
  }
}

const unsupportedAuthentication: Message = {
  number: 18456,
  state: 1,
  class: 14,
  text: "Login failed for user ''. The sandbox takes SQL Server logins only.",
};

function negotiatedPacketBytes(wish: number): number {
  if (wish === 0) return defaultPacketBytes;
  return Math.min(largestPacketBytes, Math.max(smallestPacketBytes, wish));
}

/** Major, minor, build big-endian: as PRELOGIN and LOGINACK carry it. */
function versionBytes([major, minor, build]: SqlServer['version']): Buffer {
  return Buffer.from([major, minor, build >> 8, build & 0xff]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
