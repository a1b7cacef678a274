import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { engineSession } from './awsPlace.js';
import { smallBackup } from './backups.js';
import { runChecks } from './checks.js';
import { CleanUp } from './cleanUp.js';
import { mustRun } from './clients.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';
import { tsql } from './tsql.js';

describe('clients of SQL Server against the sandbox', () => {
  const cleanUp = new CleanUp();
  let place: SandboxPlace;
  let folder: string;
  let otherCaFile: string;
  let s3Arn: string;

  const instance = () => place.info.instances[0]!;

  before(async () => {
    place = await startSandboxPlace();
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
    s3Arn = `arn:aws:s3:::${bucket}/clients/northwind.bak`;
  });
  after(() => cleanUp.run());

  for (const driver of ['pymssql', 'pytds', 'mssql_python']) {
    it(`serves ${driver}`, async (t) => {
      const { host, port, user, password, caFile } = instance();
      const backup = { s3Arn, kmsKeyArn: place.info.kmsKeyArn };
      const input = { host, port, user, caFile, otherCaFile, folder, backup };
      await runChecks(t, 'sql', `sql_${driver}.py`, input, { RDS_SQL_PASSWORD: password });
    });
  }

  it('serves tsql', async () => {
    const { code, stdout, stderr } = await tsql(folder, instance(), [
      "select 1 as one, N'hé 😀' as text",
      'select 1/0',
      "print N'after the error'",
      'exec msdb.dbo.rds_task_status @task_id = 0',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /one\ttext\n1\thé 😀\n\(1 row affected\)/);
    assert.match(stderr, /Msg 8134 \(severity 16, state 1\) from .*\n\t"Divide by zero/);
    assert.match(stderr, /after the error/);
    assert.match(stdout, /task_id\ttask_type\tdatabase_name/);
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

/** A certificate authority that signed nothing of the sandbox's. */
async function makeAuthority(folder: string): Promise<string> {
  const file = path.join(folder, 'other-ca.pem');
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Other CA'],
    ...['-keyout', path.join(folder, 'other-ca.key'), '-out', file],
  ]);
  return file;
}
