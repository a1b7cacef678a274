import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { restoreDatabase, taskStatus } from '../../../src/core/nativeTasks/statements.js';
import { readTaskRows } from '../../../src/core/nativeTasks/taskRow.js';
import { connect, type ConnectOptions } from '../../../src/core/sql/connection.js';
import { listDatabases } from '../../../src/core/sql/databases.js';
import { readInstanceFacts } from '../../../src/core/sql/instanceFacts.js';
import { databasesQuery } from '../../../src/core/sql/queries.js';
import { type RunningSandbox, startSandbox } from '../../support/sandbox.js';
import { proxyTo } from './proxy.js';

let sandbox: RunningSandbox;
let folder = '';

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rds-backup-sql-'));
  sandbox = await startSandbox();
});
after(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

function options(change: Partial<ConnectOptions> = {}): ConnectOptions {
  const { host, port, user, password, caFile } = sandbox.info.instances[0]!;
  return { host, port, user, caFile, password: () => Promise.resolve(password), ...change };
}

async function failure(change: Partial<ConnectOptions>): Promise<EngineError> {
  try {
    await (await connect(options(change))).close();
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    return error;
  }
  assert.fail('connected');
}

describe('a connection to an instance', () => {
  it('is verified with the CA, and reads facts and databases', async () => {
    const connection = await connect(options());
    try {
      assert.equal(connection.tls, 'verified');
      const facts = await readInstanceFacts(connection);
      assert.match(facts.productVersion ?? '', /^15\.0/);
      assert.match(facts.edition ?? '', /^Standard Edition/);
      assert.ok(facts.collation);
      const names = (await listDatabases(connection)).map(({ name, state }) => `${name} ${state}`);
      for (const name of ['master', 'msdb', 'rdsadmin'])
        assert.ok(names.includes(`${name} ONLINE`));
      assert.deepEqual(readTaskRows(await connection.run(taskStatus({ taskId: 4711 }))), []);
    } finally {
      await connection.close();
    }
  });

  it('is refused when the CA is not known, or another one, or the name is another', async () => {
    const other = path.join(folder, 'other.pem');
    await writeFile(other, (await generate([{ name: 'commonName', value: 'other' }])).cert);
    for (const [change, id] of [
      [{ caFile: undefined }, 'tls-ca-unknown'],
      [{ caFile: other }, 'tls-ca-unknown'],
      [{ serverName: 'prod.abc123.eu-west-1.rds.amazonaws.com' }, 'tls-hostname'],
    ] as const) {
      const error = await failure(change);
      assert.equal(error.code, 'sql/tls-not-verified');
      assert.equal(diagnose(error)?.id, id);
    }
  });

  it('goes through a tunnel when the name to expect is stated', async () => {
    const tunnel = await proxyTo(options().port);
    const connection = await connect(
      options({ host: '127.0.0.1', port: tunnel.port, serverName: 'localhost' }),
    );
    assert.equal(connection.tls, 'verified');
    await connection.close();
    await tunnel.stop();
  });

  it('says so when it was told to trust anybody', async () => {
    const connection = await connect(options({ caFile: undefined, trustServerCertificate: true }));
    assert.equal(connection.tls, 'not-verified');
    assert.equal((await connection.run(databasesQuery)).recordsets.length, 1);
    await connection.close();
  });

  it('explains a wrong password, without the password', async () => {
    const error = await failure({ password: () => Promise.resolve('wrong-passw0rd') });
    assert.equal(error.code, 'sql/login-failed');
    assert.equal(diagnose(error)?.id, 'login-failed');
    assert.equal(diagnose(error)?.captured['user'], 'admin');
    assert.doesNotMatch(`${String(error.stack)} ${String(error.cause)}`, /wrong-passw0rd/);
  });

  it('gives what the instance said when it refuses a statement', async () => {
    const connection = await connect(options());
    const unknown = {
      kind: 'procedure',
      procedure: 'msdb.dbo.rds_task_status',
      parameters: [{ name: 'nonsense', type: 'int', value: 1 }],
    } as const;
    await assert.rejects(connection.run(unknown), (error: EngineError) => {
      assert.equal(error.code, 'sql/statement-failed');
      assert.equal(diagnose(error)?.id, 'param-unknown');
      assert.equal(typeof error.details['number'], 'number');
      return true;
    });
    // The connection is none the worse.
    assert.equal((await connection.run(databasesQuery)).recordsets.length, 1);
    await connection.close();
  });

  it('collects the messages of a statement, and sends text as it is', async () => {
    const second = sandbox.info.instances[1]!;
    const connection = await connect(
      options({ port: second.port, password: () => Promise.resolve(second.password) }),
    );
    const statement = restoreDatabase({
      databaseName: "Größe 'x' €",
      s3Arn: 'arn:aws:s3:::backups/sales.bak',
    });
    await assert.rejects(connection.run(statement), (error: EngineError) => {
      // The second instance has no option for backup and restore.
      assert.equal(diagnose(error)?.id, 'option-not-enabled');
      return true;
    });
    await connection.close();
  });

  it('stops waiting at once when cancelled, and can be used again', async () => {
    const connection = await connect(options());
    await connection.run(databasesQuery);
    const controller = new AbortController();
    const running = connection.run(databasesQuery, controller.signal);
    controller.abort();
    await assert.rejects(running, CancelledError);
    await assert.rejects(connection.run(databasesQuery, AbortSignal.abort()), CancelledError);
    assert.equal((await connection.run(databasesQuery)).recordsets.length, 1);
    await connection.close();
  });

  it('stops connecting at once when cancelled, wherever it is', async () => {
    for (const ms of [0, 1, 5, 20, 50]) {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort();
      }, ms);
      const connected = await connect(options({ signal: controller.signal })).catch(
        (error: unknown) => error,
      );
      if (connected instanceof Error) assert.ok(connected instanceof CancelledError);
      else await (connected as Awaited<ReturnType<typeof connect>>).close();
    }
  });

  it('that is dropped says so, and is not replaced behind our back', async () => {
    const proxy = await proxyTo(options().port);
    const connection = await connect(options({ port: proxy.port }));
    await connection.run(databasesQuery);
    const before = proxy.accepted();
    proxy.breakAll();
    await assert.rejects(connection.run(databasesQuery), { code: 'sql/connection-lost' });
    await assert.rejects(connection.run(databasesQuery), { code: 'sql/connection-lost' });
    assert.equal(proxy.accepted(), before);
    await connection.close();
    await proxy.stop();
  });

  it('closes under a running statement, and leaves no socket open', async () => {
    const proxy = await proxyTo(options().port);
    const connection = await connect(options({ port: proxy.port }));
    await connection.run(databasesQuery);
    const running = assert.rejects(connection.run(databasesQuery), { code: 'sql/connection-lost' });
    await connection.close();
    await running;
    await connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(proxy.open(), 0);
    await proxy.stop();
  });
});
