import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { follow } from '../../src/cli/follow.js';
import type { Host } from '../../src/cli/host.js';
import { Output } from '../../src/cli/terminal/output.js';
import { EngineError } from '../../src/core/errors.js';
import type { Row } from '../../src/core/nativeTasks/statement.js';
import type { SqlConnection } from '../../src/core/sql/connection.js';

interface Stage {
  readonly stop: AbortController;
  readonly closed: AbortController;
  readonly lines: { out: string[]; err: string[] };
  readonly context: Parameters<typeof follow>[0];
}

function stage(json: boolean): Stage {
  const stop = new AbortController();
  const closed = new AbortController();
  const lines = { out: [] as string[], err: [] as string[] };
  const host: Host = {
    stdin: process.stdin,
    stdout: { write: (text) => lines.out.push(text.trimEnd()) },
    stderr: { write: (text) => lines.err.push(text.trimEnd()) },
    env: {},
    signal: stop.signal,
    outputClosed: closed.signal,
  };
  const options = {
    ...{ json, help: false, instance: 'my db', host: undefined, port: undefined, user: undefined },
    ...{ 'ca-file': 'C:\\ca.pem', 'password-stdin': false, 'trust-server-certificate': false },
    ...{
      'print-sql': false,
      follow: true,
      poll: 0.1,
      profile: 'prod',
      region: undefined,
      'endpoint-url': undefined,
    },
  };
  const context = { options, positionals: [], output: new Output(host, json), host };
  return { stop, closed, lines, context };
}

const row = (lifecycle: string, percent: number, ...messages: string[]): Row => ({
  task_id: 7,
  task_type: 'RESTORE_DB',
  database_name: 'Northwind',
  '% complete': percent,
  'duration(mins)': 0,
  lifecycle,
  task_info: messages.map((text) => `[2024-05-01 10:00:00.000] ${text}`).join('\r\n'),
  S3_object_arn: 'arn:aws:s3:::bucket/northwind.bak',
  KMS_master_key_arn: null,
});

const frame = 'Aborted the task because of a task failure or a concurrent RESTORE_DB request.';
const started = 'Task execution has started.';
const running = row('IN_PROGRESS', 40, started, '40 percent processed.');

/** A server that answers one after another; an error is what a poll fails with. */
function server(answers: (Row | EngineError)[], onPoll?: (count: number) => void) {
  let polls = 0;
  const connection: SqlConnection = {
    tls: 'verified',
    run: () => {
      onPoll?.(++polls);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof EngineError) return Promise.reject(answer);
      return Promise.resolve({ recordsets: [[answer ?? {}]], messages: [] });
    },
    close: () => Promise.resolve(),
  };
  return { instance: undefined, connect: () => Promise.resolve(connection) };
}

const noFacts = () => Promise.resolve({});

describe('follow', () => {
  it('shows what happens and ends with the outcome', async () => {
    const { context, lines } = stage(false);
    const done = row('SUCCESS', 100, started, 'Command execution completed successfully.');
    assert.equal(await follow(context, server([running, done]), 7, noFacts), 0);
    assert.deepEqual(lines.err, []);
    assert.deepEqual(lines.out.slice(0, 3), [
      'Task 7 is IN_PROGRESS.',
      '[2024-05-01 10:00:00.000] Task execution has started.',
      '[2024-05-01 10:00:00.000] 40 percent processed.',
    ]);
    assert.match(lines.out.at(-1)!, /^Task 7 succeeded after .*: RESTORE_DB of Northwind\.$/);
  });

  it('explains a failure with what is off here', async () => {
    const failed = row(
      'ERROR',
      0,
      started,
      `${frame} Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.`,
    );
    const facts = {
      keyPassed: 'arn:aws:kms:us-east-1:111122223333:key/k',
      object: { location: 's3://bucket/northwind.bak', envelope: null },
    };
    const human = stage(false);
    assert.equal(await follow(human.context, server([failed]), 7, () => Promise.resolve(facts)), 1);
    const told = human.lines.err.join('\n').replace(/\s+/g, ' ');
    assert.match(told, /^Error: Task 7 failed after .*: RESTORE_DB of Northwind\./);
    assert.match(told, /\[cse-metadata-incomplete\] Cause .* Here .*carries no envelope.* Fix /);

    const { context, lines } = stage(true);
    assert.equal(await follow(context, server([failed]), 7, () => Promise.resolve(facts)), 1);
    const events = lines.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['state', 'message', 'message', 'message', 'percent', 'result'],
    );
    const result = events.at(-1) as {
      succeeded: boolean;
      diagnosis: { id: string; situationNotes: string[] };
    };
    assert.equal(result.succeeded, false);
    assert.equal(result.diagnosis.id, 'cse-metadata-incomplete');
    assert.equal(result.diagnosis.situationNotes.length, 1);
  });

  it('counts a task cancelled on the server as failed', async () => {
    const { context, lines } = stage(false);
    assert.equal(await follow(context, server([row('CANCELLED', 0)]), 7, noFacts), 1);
    assert.match(lines.err.join('\n'), /Task 7 was cancelled/);
  });

  it('says that the connection is gone and goes on when it is back', async () => {
    const { context, lines } = stage(false);
    const lost = new EngineError('sql/connection-lost', 'The connection to h:1433 has ended.');
    const answers = [running, lost, row('SUCCESS', 100, started)];
    assert.equal(await follow(context, server(answers), 7, noFacts), 0);
    assert.match(
      lines.err.join('\n'),
      /^Warning: The connection to h:1433 has ended\. Trying again in 0\.1 s\.\nConnected again\.$/,
    );
  });

  it('stopped by the user, says how to go on, and that the task does', async () => {
    for (const json of [false, true]) {
      const { context, lines, stop } = stage(json);
      const polled = () => {
        setImmediate(() => {
          stop.abort('SIGINT');
        });
      };
      assert.equal(await follow(context, server([running], polled), 7, noFacts), 130);
      const told = lines.err.join('\n');
      assert.match(told, /Task 7 goes on on the instance/);
      const rest = '7 --instance "my db" --ca-file C:\\ca.pem --profile prod';
      assert.ok(told.includes(`rds-backup task ${rest.replace('7', '7 --follow')}`), told);
      assert.ok(told.includes(`rds-backup cancel ${rest}`), told);
      if (json)
        assert.deepEqual(JSON.parse(lines.out.at(-1)!), {
          event: 'stopped',
          taskId: 7,
          taskGoesOn: true,
        });
    }
  });

  it('ends quietly when nobody reads any more', async () => {
    const { context, lines, closed } = stage(false);
    const polled = () => {
      setImmediate(() => {
        closed.abort();
      });
    };
    assert.equal(await follow(context, server([running], polled), 7, noFacts), 0);
    assert.deepEqual(lines.err, []);
  });
});
