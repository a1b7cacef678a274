import type {
  LoginRequest,
  LoginResult,
  RpcCall,
  SqlEvent,
  SqlServer,
  SqlSession,
  TransactionRequest,
} from '../../../src/sandbox/tds/session.js';
import { textOf } from '../../../src/sandbox/sqlserver/convert.js';
import { sqlType, type Column } from '../../../src/sandbox/sqlserver/types.js';

export const user = 'admin';
export const password = 'Grüße-€-1';

const noText = { type: sqlType.nvarchar(1), value: null };

type Script = (text: string, signal: AbortSignal) => AsyncIterable<SqlEvent>;

/** A SQL Server whose answers a test writes itself: the wire is under test, not the language. */
export class ScriptedServer implements SqlServer {
  readonly serverName = 'SCRIPTED';
  readonly version = [16, 0, 4215, 2] as const;
  readonly logins: LoginRequest[] = [];
  readonly log: string[] = [];
  readonly calls: RpcCall[] = [];
  open = 0;

  constructor(private readonly script: Script = answerSelect) {}

  login(request: LoginRequest): LoginResult {
    this.logins.push(request);
    if (request.userName !== user || request.password !== password) {
      const text = `Login failed for user '${request.userName}'.`;
      return { errors: [{ number: 18_456, state: 1, class: 14, text }] };
    }
    this.open++;
    return { session: this.#session(), database: request.database || 'master' };
  }

  #session(): SqlSession {
    const note = (entry: string) => {
      this.log.push(entry);
    };
    return {
      batch: (text, signal) => {
        note(`batch ${text}`);
        return this.script(text, signal);
      },
      rpc: (calls, signal) => {
        note(`rpc ${calls.map(({ procedure }) => procedure).join(', ')}`);
        this.calls.push(...calls);
        return this.script(textOf(calls[0]?.parameters[0] ?? noText), signal);
      },
      // eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for
      transaction: async function* (request: TransactionRequest) {
        note(`transaction ${request.kind}`);
        const descriptor = Buffer.alloc(8, 7);
        if (request.kind !== 'unsupported') {
          yield { kind: 'environment', change: { kind: request.kind, descriptor } };
        }
        yield { kind: 'done' };
      },
      reset: (keep) => {
        note(`reset ${String(keep)}`);
      },
      close: () => {
        this.open--;
      },
    };
  }
}

export const intColumn: Column = { name: 'n', type: sqlType.int };

/** `SELECT 1` to anything but SET. */
// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for
async function* answerSelect(text: string): AsyncGenerator<SqlEvent> {
  if (/^\s*set/i.test(text)) yield { kind: 'done' };
  else yield* rows(1);
}

export function* rows(count: number): Generator<SqlEvent> {
  yield { kind: 'columns', columns: [intColumn] };
  for (let n = 1; n <= count; n++) yield { kind: 'row', values: [n] };
  yield { kind: 'done', rowCount: count };
}
