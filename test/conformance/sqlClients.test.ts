import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import { renderStatement } from '../../src/core/nativeTasks/renderStatement.js';
import { cancelTask, taskStatus } from '../../src/core/nativeTasks/statements.js';
import { submitTask } from '../../src/core/nativeTasks/submitTask.js';
import { isTerminal, readTaskRows, type TaskRow } from '../../src/core/nativeTasks/taskRow.js';
import { connect, type SqlConnection } from '../../src/core/sql/connection.js';
import * as queries from '../../src/core/sql/queries.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { root } from '../support/paths.js';
import { engineSession } from './awsPlace.js';
import { smallBackup } from './backups.js';
import { runChecks } from './checks.js';
import { CleanUp } from './cleanUp.js';
import { mustRun } from './clients.js';
import {
  type Backup,
  failureOf,
  forClient,
  fullRestore,
  readingStatements,
  refusedStatements,
} from './productStatements.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';
import { tsql, tsqlRows } from './tsql.js';

const existing = 'Größe "ours"';

describe('clients of SQL Server against the sandbox', () => {
  const cleanUp = new CleanUp();
  let place: SandboxPlace;
  let folder: string;
  let otherCaFile: string;
  let backup: Backup;
  let ours: SqlConnection;
  let restoredTask: number;

  const instance = () => place.info.instances[0]!;

  before(async () => {
    // A restore takes a second or two, so that there is something to cancel.
    place = await startSandboxPlace(15);
    cleanUp.add(place.stop);
    folder = await cleanUp.temporaryFolder();
    otherCaFile = await makeAuthority(folder);
    const session = await engineSession(place);
    cleanUp.add(() => {
      session.dispose();
    });
    const { bucket, kmsKeyArn } = place.info;
    const { file } = await smallBackup();
    await uploadEncrypted({
      ...{ file, bucket, key: 'clients/northwind.bak', kmsKeyId: kmsKeyArn },
      ...{ s3: await session.s3(), keys: kmsKeyService(session) },
    });
    backup = { s3Arn: `arn:aws:s3:::${bucket}/clients/northwind.bak`, kmsKeyArn };
    const { password, ...login } = instance();
    ours = await connect({ ...login, password: () => Promise.resolve(password) });
    cleanUp.add(() => ours.close());
    const { taskId } = await submitTask(ours, fullRestore(existing, backup));
    restoredTask = taskId;
    const task = (await endedTasks(ours)).find((row) => row.taskId === taskId);
    assert.equal(task?.lifecycle, 'SUCCESS', task?.taskInfo);
  });
  after(() => cleanUp.run());

  const refused = () => refusedStatements(existing, backup);

  async function reading() {
    await endedTasks(ours);
    const statements = readingStatements(restoredTask, existing);
    return Promise.all(statements.map((statement) => forClient(ours, statement)));
  }

  /** A restore and its cancellation by our driver. */
  async function writing(name: string) {
    const restore = await forClient(ours, fullRestore(name, backup));
    const taskId = restore.rows[0]?.[restore.columns.indexOf('task_id')];
    return { restore, cancellation: await forClient(ours, cancelTask(Number(taskId))) };
  }

  it('are given every statement that the product has', async () => {
    const given = [...(await reading()), ...Object.values(await writing('all statements'))];
    const texts = new Set(
      given.map(({ statement }) => statement.kind === 'query' && statement.text),
    );
    for (const query of Object.values(queries)) {
      assert.ok(query.kind === 'query' && texts.has(query.text), renderStatement(query));
    }
    const source = await readFile(path.join(root, 'src/core/nativeTasks/statements.ts'), 'utf8');
    const inSource = (pattern: RegExp) => [...source.matchAll(pattern)].map((found) => found[1]);
    const procedures = given.map(
      ({ statement }) => statement.kind === 'procedure' && statement.procedure,
    );
    for (const name of inSource(/procedure: '([^']+)'/g))
      assert.ok(procedures.includes(name!), name);
    const parameters = given.flatMap(({ statement }) => statement.parameters.map((p) => p.name));
    const names = [...inSource(/\badd\('(\w+)'/g), ...inSource(/name: '(\w+)'/g)];
    assert.ok(names.length > 12);
    for (const name of names) assert.ok(parameters.includes(name!), name);
  });

  it('are refused what our driver is refused', async () => {
    for (const { statement, numbers, text } of refused()) {
      const failure = await failureOf(ours, statement);
      assert.ok(numbers.includes(Number(failure.number)), JSON.stringify(failure));
      assert.match(failure.text, new RegExp(text.replaceAll('.', '\\.')));
    }
  });

  for (const driver of ['pymssql', 'pytds', 'mssql_python']) {
    it(`serves ${driver}`, async (t) => {
      const { host, port, user, password, caFile } = instance();
      const name = `${driver} $(x) 'a'`;
      const input = {
        ...{ host, port, user, caFile, otherCaFile, folder, backup },
        ...(await writing(`ours for ${driver}`)),
        rendered: { name, text: renderStatement(fullRestore(name, backup)) },
        ...{ refused: refused(), reading: await reading() },
      };
      await runChecks(t, 'sql', `sql_${driver}.py`, input, { RDS_SQL_PASSWORD: password });
    });
  }

  it('serves tsql', async () => {
    const { code, stdout, stderr } = await tsql(folder, instance(), [
      "select 1 as one, N'hé 😀' as text",
      'select 1/0',
      "print N'after the error'",
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /one\ttext\n1\thé 😀\n\(1 row affected\)/);
    assert.match(stderr, /Msg 8134 \(severity 16, state 1\) from .*\n\t"Divide by zero/);
    assert.match(stderr, /after the error/);
  });

  it('has tsql read the rows that our driver reads', async () => {
    for (const { rendered, columns, rows } of await reading()) {
      const { stdout, stderr } = await tsql(folder, instance(), [rendered]);
      assert.ok(stdout.includes(tsqlRows(columns, rows)), `${rendered}\n${stdout}\n${stderr}`);
    }
  });

  it('has tsql queue and cancel a restore', async () => {
    const name = "tsql $(x) 'a'";
    const submitted = await tsql(folder, instance(), [renderStatement(fullRestore(name, backup))]);
    const taskId = /Task Id: (\d+)/.exec(submitted.stderr)?.[1];
    assert.ok(submitted.stdout.includes(`\t${name}\t${backup.s3Arn}\t`), submitted.stdout);
    const cancelled = await tsql(folder, instance(), [renderStatement(cancelTask(Number(taskId)))]);
    assert.match(cancelled.stdout, new RegExp(`^${String(taskId)}\tRESTORE_DB\tCANCEL`, 'm'));
  });

  it('refuses tsql what it refuses others', async () => {
    const refusals = refused();
    const batches = refusals.map(({ statement }) => renderStatement(statement));
    const { stderr } = await tsql(folder, instance(), batches);
    for (const { numbers } of refusals) {
      for (const number of numbers) assert.match(stderr, new RegExp(`Msg ${number} \\(severity`));
    }
  });

  it('turns tsql away with a wrong password, and tsql the server with a wrong authority', async () => {
    const password = await tsql(folder, { ...instance(), password: 'wrong' }, ['select 1']);
    assert.equal(password.code, 1);
    assert.match(password.stderr, /Msg 18456 \(severity 14, state 1\)/);
    const authority = await tsql(folder, { ...instance(), caFile: otherCaFile }, ['select 1']);
    assert.equal(authority.code, 1);
    assert.match(authority.stderr, /Error 20002/);
    assert.doesNotMatch(authority.stderr, /Msg/);
  });
});

/** All tasks, once none of them changes any more. */
async function endedTasks(connection: SqlConnection): Promise<TaskRow[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const rows = readTaskRows(await connection.run(taskStatus()));
    if (rows.every(({ lifecycle }) => isTerminal(lifecycle))) return rows;
    assert.ok(Date.now() < deadline, 'tasks never ended');
    await delay(200);
  }
}

/** A certificate authority that signed nothing of the sandbox's. */
async function makeAuthority(folder: string): Promise<string> {
  const file = path.join(folder, 'other-ca.pem');
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Other CA'],
    ...['-keyout', path.join(folder, 'other-ca.key'), '-out', file],
  ]);
  return file;
}
