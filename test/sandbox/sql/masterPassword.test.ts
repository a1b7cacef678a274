import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { describeInstance } from '../../../src/core/aws/instances.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { connect } from '../../../src/core/sql/connection.js';
import { masterPassword } from '../../../src/core/sql/masterPassword.js';
import { type RunningSandbox, startSandbox } from '../../support/sandbox.js';
import { awsHome } from '../../unit/aws/awsHome.js';

let sandbox: RunningSandbox;
let home: Awaited<ReturnType<typeof awsHome>>;
let session: AwsSession;

before(async () => {
  home = await awsHome();
  sandbox = await startSandbox();
  process.env['AWS_ACCESS_KEY_ID'] = sandbox.info.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = sandbox.info.secretAccessKey;
  const { region, endpointUrl } = sandbox.info;
  session = await openSession({ region, endpointUrl });
});
after(async () => {
  session.dispose();
  await sandbox.stop();
  await home.remove();
});

describe('the master password that RDS manages', () => {
  it('is in Secrets Manager and opens the instance', async () => {
    const { id, host, port, caFile, password } = sandbox.info.instances[0]!;
    const instance = await describeInstance(session, id);
    assert.equal(await masterPassword(session, instance), password);
    const connection = await connect({
      host,
      port,
      caFile,
      user: instance.masterUsername,
      password: () => masterPassword(session, instance),
    });
    assert.equal(connection.tls, 'verified');
    await connection.close();
  });

  it('is not there for an instance whose password RDS does not manage', async () => {
    const instance = await describeInstance(session, sandbox.info.instances[1]?.id ?? '');
    await assert.rejects(masterPassword(session, instance), { code: 'sql/no-master-secret' });
  });
});
