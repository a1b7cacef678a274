import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import type { Instance } from '../../../../src/core/aws/instances.js';
import { CancelledError, EngineError } from '../../../../src/core/errors.js';
import type { SqlConnection } from '../../../../src/core/sql/connection.js';
import { type GivenLogin, Logins } from '../../../../src/ui/sql/logins.js';
import { LoginStore } from '../../../../src/ui/sql/loginStore.js';

const arn = 'arn:aws:rds:us-east-1:123456789012:db:sql2019';
const instance = { arn, id: 'sql2019' } as Instance;
const admin = { login: 'admin', managed: false } as const;
const refusal = () =>
  new EngineError('sql/login-failed', 'sql2019:1433 refused the login of admin.');

/** What VS Code keeps for an extension, with its events. */
class Kept {
  readonly values = new Map<string, unknown>();
  readonly secrets = new Map<string, string>();
  readonly listeners: ((event: vscode.SecretStorageChangeEvent) => void)[] = [];

  readonly memento = {
    keys: () => [...this.values.keys()],
    get: (key: string) => structuredClone(this.values.get(key)),
    update: (key: string, value: unknown) => {
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, value);
      return Promise.resolve();
    },
  } as vscode.Memento;

  readonly storage = {
    get: (key: string) => Promise.resolve(this.secrets.get(key)),
    store: (key: string, value: string) => this.#change(key, () => this.secrets.set(key, value)),
    delete: (key: string) => this.#change(key, () => this.secrets.delete(key)),
    onDidChange: (listener: (event: vscode.SecretStorageChangeEvent) => void) => {
      this.listeners.push(listener);
      return { dispose: () => undefined };
    },
  } as unknown as vscode.SecretStorage;

  #change(key: string, change: () => unknown): Promise<void> {
    change();
    for (const listener of this.listeners) listener({ key });
    return Promise.resolve();
  }
}

/** Logins on a server that takes one password. */
function scene(right = 'right') {
  const kept = new Kept();
  const store = new LoginStore(kept.memento, kept.storage);
  const answers: (GivenLogin | Error)[] = [];
  const seen = { asked: 0, tried: [] as (string | undefined)[], changes: [] as string[] };
  const server = { right };
  const logins = new Logins({
    store,
    ask: async () => {
      seen.asked++;
      await new Promise((resolve) => setImmediate(resolve));
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked again');
      return answer;
    },
    open: (_instance, { login, password }) => {
      seen.tried.push(password);
      if (!login.managed && password !== server.right) return Promise.reject(refusal());
      return Promise.resolve({ close: () => Promise.resolve() } as SqlConnection);
    },
    changed: (changed) => seen.changes.push(changed),
  });
  store.onPasswordChange((changed) => void logins.passwordChanged(changed));
  return { kept, answers, seen, server, logins };
}

const isNotSignedIn = (error: unknown) =>
  error instanceof EngineError && error.code === 'sql/not-signed-in';

describe('signing in to instances', () => {
  it('refuses to connect silently where nobody is signed in', async () => {
    const { logins, seen } = scene();
    assert.equal(logins.isSignedIn(arn), false);
    await assert.rejects(logins.connect(instance, { interactive: false }), isNotSignedIn);
    assert.equal(seen.asked, 0);
  });

  it('asks once for all who want to connect at the same time', async () => {
    const { logins, answers, seen } = scene();
    answers.push({ login: admin, password: 'right' });
    await Promise.all([1, 2, 3].map(() => logins.connect(instance, { interactive: true })));
    assert.equal(seen.asked, 1);
    assert.equal(logins.isSignedIn(arn), true);
    assert.equal(await logins.hasPassword(arn), true);
  });

  it('keeps the password in the secret storage alone', async () => {
    const { logins, answers, kept } = scene();
    answers.push({ login: admin, password: 'right' });
    await logins.signIn(instance);
    assert.deepEqual([...kept.secrets.values()], ['right']);
    assert.ok(!JSON.stringify([...kept.values]).includes('right'));
  });

  it('is signed in after the window was reloaded', async () => {
    const { logins, answers, kept } = scene();
    answers.push({ login: admin, password: 'right' });
    await logins.signIn(instance);
    const store = new LoginStore(kept.memento, kept.storage);
    const refuse = () => Promise.reject(new Error('asked'));
    const reloaded = new Logins({
      store,
      ask: refuse,
      open: (_instance, { password }) => Promise.resolve({ password } as unknown as SqlConnection),
      changed: () => undefined,
    });
    assert.equal(reloaded.isSignedIn(arn), true);
    assert.deepEqual(await reloaded.connect(instance, { interactive: false }), {
      password: 'right',
    });
  });

  it('tries a refused password only once, forgets nothing, and asks when it may', async () => {
    const { logins, answers, seen, server } = scene();
    await logins.remember(arn, 'admin', 'right');
    server.right = 'changed';
    await assert.rejects(logins.connect(instance, { interactive: false }), isNotSignedIn);
    await assert.rejects(logins.connect(instance, { interactive: false }), isNotSignedIn);
    assert.deepEqual(seen.tried, ['right'], 'a second attempt might lock the login');
    assert.equal(logins.isSignedIn(arn), false);
    assert.equal(await logins.hasPassword(arn), true);

    answers.push({ login: admin, password: 'changed' });
    await logins.connect(instance, { interactive: true });
    assert.equal(seen.asked, 1);
    assert.equal(logins.isSignedIn(arn), true);
  });

  it('asks once when several meet a refused password', async () => {
    const { logins, answers, seen, server } = scene();
    await logins.remember(arn, 'admin', 'right');
    server.right = 'changed';
    answers.push({ login: admin, password: 'changed' });
    await Promise.all([1, 2].map(() => logins.connect(instance, { interactive: true })));
    assert.equal(seen.asked, 1);
  });

  it('reads a managed password anew each time and keeps none', async () => {
    const { logins, answers, seen } = scene();
    await logins.remember(arn, 'admin', 'right');
    answers.push({ login: { login: 'admin', managed: true }, password: undefined });
    await logins.signIn(instance);
    await logins.connect(instance, { interactive: false });
    assert.deepEqual(seen.tried, [undefined]);
    assert.equal(await logins.hasPassword(arn), false);
    assert.equal(logins.isSignedIn(arn), true);
  });

  it('leaves no trace of a question that was cancelled, and can ask again', async () => {
    const { logins, answers, kept, seen } = scene();
    answers.push(new CancelledError(), { login: admin, password: 'right' });
    await assert.rejects(logins.connect(instance, { interactive: true }), CancelledError);
    assert.equal(kept.values.size + kept.secrets.size, 0);
    await logins.signIn(instance);
    assert.equal(seen.asked, 2);
  });

  it('lets one caller go without ending the question of the others', async () => {
    const { logins, answers } = scene();
    answers.push({ login: admin, password: 'right' });
    const stop = new AbortController();
    const gone = logins.connect(instance, { interactive: true, signal: stop.signal });
    const stays = logins.connect(instance, { interactive: true });
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await assert.rejects(gone, CancelledError);
    await stays;
  });

  it('asks about one instance after the other', async () => {
    const { logins, answers, seen } = scene();
    const other = { arn: `${arn}-b`, id: 'sql2019-b' } as Instance;
    answers.push({ login: admin, password: 'right' }, { login: admin, password: 'right' });
    const first = logins.signIn(instance);
    const second = logins.signIn(other);
    await first;
    assert.equal(seen.asked, 1);
    await second;
    assert.deepEqual([logins.isSignedIn(arn), logins.isSignedIn(other.arn)], [true, true]);
  });

  it('forgets everything, and says so', async () => {
    const { logins, kept, seen } = scene();
    await logins.remember(arn, 'admin', 'right');
    await logins.forget(arn);
    assert.equal(kept.values.size + kept.secrets.size, 0);
    assert.equal(logins.isSignedIn(arn), false);
    assert.equal(seen.changes.at(-1), arn);
  });

  it('signs out when another window deletes the password', async () => {
    const { logins, kept } = scene();
    await logins.remember(arn, 'admin', 'right');
    await kept.storage.delete(`password ${arn}`);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(logins.isSignedIn(arn), false);
    assert.equal(kept.values.size, 0);
  });

  it('asks where the secret storage lost the password', async () => {
    const { logins, kept, answers, seen } = scene();
    await logins.remember(arn, 'admin', 'right');
    kept.secrets.clear();
    await assert.rejects(logins.connect(instance, { interactive: false }), isNotSignedIn);
    assert.equal(logins.isSignedIn(arn), false);
    assert.equal(seen.changes.at(-1), arn);
    answers.push({ login: admin, password: 'right' });
    await logins.connect(instance, { interactive: true });
    assert.equal(logins.isSignedIn(arn), true);
  });

  it('does not ask where a login would not help', async () => {
    const kept = new Kept();
    const logins = new Logins({
      store: new LoginStore(kept.memento, kept.storage),
      ask: () => Promise.reject(new Error('asked')),
      open: () => Promise.reject(new EngineError('sql/unreachable', 'cannot be reached')),
      changed: () => undefined,
    });
    await logins.remember(arn, 'admin', 'right');
    await assert.rejects(
      logins.connect(instance, { interactive: true }),
      (error: EngineError) => error.code === 'sql/unreachable',
    );
    assert.equal(logins.isSignedIn(arn), true);
  });
});
