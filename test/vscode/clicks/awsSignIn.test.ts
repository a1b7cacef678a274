import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import type { AwsRequest } from '../awsGate.js';
import { FakeAwsCli } from '../fakeAwsCli.js';
import { until } from '../pages/until.js';
import { scene } from '../scene.js';

const ready = 'sql2019';

describe('Signing in to AWS again', () => {
  let cli: FakeAwsCli;
  before(async () => {
    cli = await FakeAwsCli.install();
  });
  after(() => cli.remove());
  const { it } = scene({ identity: 'expired' });

  const called = () =>
    until(
      (waited) => `The AWS CLI was not called ${waited}.`,
      () => cli.calledWith(),
    );

  it('runs the AWS CLI for an SSO profile and tells its failure', async ({ stage, workbench }) => {
    await appendFile(
      stage.env['AWS_CONFIG_FILE']!,
      'sso_session = corp\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n',
    );
    const view = workbench.view('RDS Backup', 'Instances');
    await view.open();
    await view.waitForWelcome('The AWS credentials have expired.');
    await cli.endWith(3);
    await view.welcomeAction('Sign In to AWS Again');
    assert.equal(await called(), 'sso login --profile sandbox');
    assert.notEqual(await cli.calledIn(), stage.workspace);
    const failure = /“aws sso login --profile sandbox” ended with exit code 3/;
    await workbench.notifications.waitFor(failure);
    await workbench.screenshot('aws-sign-in-failed');
  });

  it('reads new credentials after it', async ({ stage, workbench }) => {
    await cli.endWith(0);
    await stage.become('session');
    const view = workbench.view('RDS Backup', 'Instances');
    await workbench.runCommand('RDS Backup: Sign In to AWS Again');
    await view.tree.waitFor([ready]);
  });
});

// A window of its own: where the AWS files have just changed, their watcher may still open a session
// anew, and one that never worked does not ask.
describe('AWS credentials that expire in the middle of the work', () => {
  const { it } = scene({ identity: 'session' });

  it('are asked for once, and the work goes on', async ({ stage, workbench }) => {
    const view = workbench.view('RDS Backup', 'Instances');
    await view.open();
    await view.tree.waitFor([ready]);
    await stage.expireSessions();
    await view.titleAction('Refresh Instances');
    const sentence = /expired/;
    await workbench.notifications.waitFor(sentence);
    assert.deepEqual(await workbench.notifications.buttons(sentence), ['Sign In Again']);
    await workbench.screenshot('aws-expired-in-the-middle');
    const before = stage.gate.requests.map(signer);
    await stage.become('session');
    await workbench.notifications.press(sentence, 'Sign In Again');
    await until(
      (waited) => `RDS was not asked again with new credentials ${waited}.`,
      () => {
        const now = stage.gate.requests.slice(before.length).map(signer);
        return Promise.resolve(now.find((s) => s?.service === 'rds' && !knows(before, s)));
      },
    );
    await workbench.notifications.waitUntilGone(sentence);
    await view.tree.waitFor([ready]);
  });
});

interface Signer {
  readonly accessKeyId: string;
  readonly service: string;
}

/** Who signed a request, for which service (Signature Version 4, `Credential=`). */
function signer({ headers }: AwsRequest): Signer | undefined {
  const scope = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '');
  return scope ? { accessKeyId: scope[1]!, service: scope[2]! } : undefined;
}

const knows = (signers: (Signer | undefined)[], { accessKeyId }: Signer) =>
  signers.some((s) => s?.accessKeyId === accessKeyId);
