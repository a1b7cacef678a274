import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../src/cli/host.js';
import { runCli } from '../../src/cli/run.js';
import { passwordSource } from '../../src/cli/targets/password.js';
import { askHidden } from '../../src/cli/terminal/prompt.js';
import { UsageError } from '../../src/cli/arguments/usageError.js';
import { CancelledError } from '../../src/core/errors.js';

function host(o: { isTTY?: boolean; env?: Record<string, string>; stop?: AbortSignal } = {}) {
  const stdin = new PassThrough();
  let shown = '';
  const setRawMode = () => stdin;
  const made: Host = {
    stdin: Object.assign(stdin, { isTTY: o.isTTY ?? false, setRawMode }) as never,
    stdout: { write: () => assert.fail('nothing belongs on standard output') },
    stderr: { write: (text) => (shown += text) },
    env: o.env ?? {},
    signal: o.stop ?? new AbortController().signal,
    outputClosed: new AbortController().signal,
  };
  return { host: made, stdin, shown: () => shown };
}

describe('hidden prompt', () => {
  it('takes a line, edited, and shows none of it', async () => {
    const { host: at, stdin, shown } = host({ isTTY: true });
    const answer = askHidden('Password of admin: ', at);
    stdin.write('pä$$ wordX\u007f\r');
    assert.equal(await answer, 'pä$$ word');
    assert.equal(shown(), 'Password of admin: \n');
  });

  it('is left by Ctrl-C, by Ctrl-D and by a signal', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const { host: at, stdin } = host({ isTTY: true });
      const answer = askHidden('?', at);
      stdin.write(key);
      await assert.rejects(answer, CancelledError);
    }
    const stop = new AbortController();
    const { host: at } = host({ isTTY: true, stop: stop.signal });
    const answer = askHidden('?', at);
    stop.abort();
    await assert.rejects(answer, CancelledError);
  });
});

describe('password', () => {
  const managed = () => Promise.resolve('managed');

  it('prefers what was asked for, then the environment, then the managed secret', async () => {
    const env = { RDS_BACKUP_PASSWORD: 'environment' };
    const piped = host({ env });
    piped.stdin.end('\ufeffpi\u00dfed \r\n');
    const source = passwordSource('admin', { fromStdin: true, managed }, piped.host);
    assert.equal(await source(), 'pi\u00dfed ');
    assert.equal(await source(), 'pi\u00dfed ', 'standard input can be read only once');
    const of = (o: Parameters<typeof host>[0], secret?: () => Promise<string>) =>
      passwordSource('admin', { fromStdin: false, managed: secret }, host(o).host)();
    assert.equal(await of({ env }, managed), 'environment');
    assert.equal(await of({ env: { RDS_BACKUP_PASSWORD: '' } }, managed), 'managed');
  });

  it('reads the managed secret anew for every connection, since RDS rotates it', async () => {
    let version = 0;
    const rotating = () => Promise.resolve(`secret ${String(++version)}`);
    const source = passwordSource('admin', { fromStdin: false, managed: rotating }, host().host);
    assert.deepEqual([await source(), await source()], ['secret 1', 'secret 2']);
  });

  it('asks once at a terminal', async () => {
    const { host: at, stdin, shown } = host({ isTTY: true });
    const source = passwordSource('admin', { fromStdin: false, managed: undefined }, at);
    const first = source();
    stdin.write('typed\r');
    assert.deepEqual([await first, await source()], ['typed', 'typed']);
    assert.equal(shown(), 'Password of admin: \n');
  });

  it('says how to give it where nobody can be asked', async () => {
    const none = passwordSource('admin', { fromStdin: false, managed: undefined }, host().host);
    await assert.rejects(none, (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /admin.*no terminal.*RDS_BACKUP_PASSWORD.*--password-stdin/);
      return true;
    });
    const empty = host();
    empty.stdin.end('\n');
    const piped = passwordSource('admin', { fromStdin: true, managed: undefined }, empty.host);
    await assert.rejects(piped, UsageError);
  });
});

describe('leaving a prompt', () => {
  it('cancels the command: exit code 130', async () => {
    const { host: at, stdin, shown } = host({ isTTY: true });
    const args = ['tasks', '--host', '127.0.0.1', '--port', '9', '--user', 'admin'];
    const ended = runCli(args, at);
    while (!shown().includes('Password of admin')) await delay(5);
    stdin.write('half\u0003');
    assert.equal(await ended, 130);
    assert.equal(shown(), 'Password of admin: \nCancelled.\n');
  });
});
