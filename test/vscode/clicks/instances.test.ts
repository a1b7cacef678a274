import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe } from 'node:test';
import type { SideBarView } from '../pages/sideBarView.js';
import { until } from '../pages/until.js';
import type { Workbench } from '../pages/workbench.js';
import { scene } from '../scene.js';
import { answerPassword } from '../signIn.js';

const ready = 'sql2019';
const plain = 'sql2016';

/** Opens a view and folds the others, so that all its rows are in sight. */
async function alone(workbench: Workbench, title: string): Promise<SideBarView> {
  const view = workbench.view('RDS Backup', title);
  await view.open();
  for (const other of ['Instances', 'Option groups', 'Backups in S3', 'Tasks']) {
    if (other !== title) await workbench.view('RDS Backup', other).fold();
  }
  return view;
}

const instancesView = (workbench: Workbench) => alone(workbench, 'Instances');

/** Points at a row until its tooltip fits; one of another row may still be there. */
async function tooltipOf({ tree }: SideBarView, path: string[], wanted: RegExp): Promise<string> {
  return until(
    (waited) => `No tooltip of ${path.join(' › ')} fits ${String(wanted)} ${waited}.`,
    async () => {
      const text = await tree.tooltip(path);
      return wanted.test(text) ? text : undefined;
    },
  );
}

/** Waits until the clipboard holds a text. */
async function copied({ page }: Workbench, wanted: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await until(
    (waited) => `The clipboard does not hold “${wanted}” ${waited}.`,
    async () =>
      (await page.evaluate(() => navigator.clipboard.readText())) === wanted ? true : undefined,
  );
}

describe('Instances', () => {
  const { it } = scene();

  it('says of each what it is, and whether backup and restore is ready', async ({ workbench }) => {
    const view = await instancesView(workbench);
    const { tree } = view;
    await tree.waitFor([ready], { description: /^SQL Server 2019 Standard · available$/ });
    await tree.waitFor([plain], {
      description: /^option missing · SQL Server 2016 Standard · available$/,
    });
    await tree.waitFor([ready, 'Backup and restore'], { description: 'ready' });
    await tree.waitFor([plain, 'Backup and restore'], { description: 'option missing' });
    await tooltipOf(
      view,
      [plain, 'Backup and restore'],
      /default option group cannot carry SQLSERVER_BACKUP_RESTORE/,
    );
    const tooltip = await tooltipOf(view, [ready], /SQL Server 2019 Standard Edition 15\.00\.4415/);
    assert.match(tooltip, /127\.0\.0\.1:\d+|localhost:\d+/);
    assert.match(tooltip, /role\/rds-backup-restore/);
    await workbench.screenshot('instances');
  });

  it('signs in with the managed secret and shows databases and tasks', async ({ workbench }) => {
    const view = await instancesView(workbench);
    await view.tree.waitFor([ready, 'Sign in to see databases']);
    await view.tree.inlineAction([ready], 'Sign In to Instance…');
    const { quickInput } = workbench;
    await quickInput.waitForTitle(`Sign In to ${ready}`);
    assert.equal(await quickInput.value(), 'admin');
    await quickInput.accept();
    await quickInput.choose('Use the secret that RDS manages');
    await view.tree.waitFor([ready, 'Databases']);
    await view.tree.waitFor([ready, 'Databases', 'System databases', 'msdb'], {
      description: 'online · simple recovery',
    });
    await view.tree.waitFor([ready, 'Recent tasks', 'No tasks yet']);
    await workbench.screenshot('instances-signed-in');
  });

  it('asks a wrong password again, goes back, and keeps the right one', async ({
    stage,
    workbench,
  }) => {
    const view = await instancesView(workbench);
    const { quickInput } = workbench;
    const { password } = stage.info.instances.find(({ id }) => id === plain)!;
    await view.tree.click([plain, 'Sign in to see databases']);
    await answerPassword(workbench, { instance: plain, password: 'Wrong-1234' });
    await quickInput.waitForMessage(/refused the login of admin/);
    assert.equal(await quickInput.isRefused(), true);
    await workbench.screenshot('sign-in-refused');
    await quickInput.back();
    await quickInput.choose('Enter the password');
    await quickInput.waitForMessage(/^Password of admin/);
    await quickInput.answer(password);
    await view.tree.waitFor([plain, 'Databases', 'System databases']);
  });

  it('forgets a password', async ({ workbench }) => {
    const view = await instancesView(workbench);
    const menu = await view.tree.contextMenu([ready]);
    assert.ok(!(await menu.items()).includes('Forget Password'), 'no password is kept');
    await menu.close();
    await view.contextAction([plain], 'Forget Password');
    await view.tree.waitFor([plain, 'Sign in to see databases']);
  });

  it('connects through another address', async ({ stage, workbench }) => {
    const { quickInput } = workbench;
    const { host, port, password } = stage.info.instances.find(({ id }) => id === plain)!;
    await workbench.runCommand('RDS Backup: Sign In to Instance…');
    await quickInput.choose(plain);
    await quickInput.waitForTitle(`Sign In to ${plain}`);
    await quickInput.accept();
    await quickInput.choose('Through another address…');
    await quickInput.waitForMessage(/^Host and port/);
    await quickInput.type('not an address');
    await quickInput.waitForMessage(/Write it as HOST:PORT/);
    await quickInput.answer(`${host},${port}`);
    await quickInput.waitForMessage(/^Password of admin/);
    await quickInput.answer(password);
    const { tree } = await instancesView(workbench);
    await tree.waitFor([plain, 'Databases', 'System databases']);
  });

  it('is still signed in after a reload', async ({ workbench }) => {
    await workbench.reload();
    const { tree } = await instancesView(workbench);
    await tree.waitFor([ready, 'Databases', 'System databases', 'master']);
    // The secret storage of a browser ends with its page; a login without its password is no sign-in.
    await tree.waitFor([plain, 'Sign in to see databases']);
  });

  it('copies an ARN from a row, and one that is chosen', async ({ stage, workbench }) => {
    const view = await instancesView(workbench);
    const arn = (id: string) => `arn:aws:rds:${stage.info.region}:${stage.info.accountId}:db:${id}`;
    await view.contextAction([ready], 'Copy ARN');
    await copied(workbench, arn(ready));
    await workbench.runCommand('RDS Backup: Copy ARN');
    await workbench.quickInput.choose(plain);
    await copied(workbench, arn(plain));
  });

  it('shows option groups, their options, and who uses them', async ({ stage, workbench }) => {
    const view = await alone(workbench, 'Option groups');
    const group = stage.info.optionGroup;
    await view.tree.waitFor([group], { description: 'SQL Server 2019 Standard' });
    await view.tree.waitFor([group, 'SQLSERVER_BACKUP_RESTORE'], {
      description: 'role rds-backup-restore',
    });
    const role = [group, 'SQLSERVER_BACKUP_RESTORE', 'IAM_ROLE_ARN'];
    await view.tree.waitFor(role, { description: stage.info.roleArn });
    await view.tree.waitFor([group, 'Used by', ready], { description: 'in-sync' });
    await view.tree.waitFor(['sqlserver-se-2016-empty', 'Used by'], { description: 'no instance' });
    await view.tree.waitFor(['sqlserver-se-2016-empty', 'No options']);
    const defaults = ['Default option groups', 'default:sqlserver-se-13-00'];
    await view.tree.waitFor([...defaults, 'Used by', plain], { description: 'in-sync' });
    await workbench.screenshot('option-groups');
    await view.contextAction(role, 'Copy Value');
    await copied(workbench, stage.info.roleArn);
  });

  it('can be read in a light theme', async ({ workbench }) => {
    await workbench.useTheme('light');
    const { tree } = await instancesView(workbench);
    await tree.waitFor([ready, 'Databases', 'System databases', 'master']);
    await workbench.screenshot('instances-light');
  });
});

describe('Instances without credentials', () => {
  const { it } = scene({ identity: 'none' });

  it('leads to a profile', async ({ stage, workbench }) => {
    const view = await instancesView(workbench);
    await view.waitForWelcome('No AWS credentials were found.');
    await workbench.screenshot('instances-no-credentials');
    const { accessKeyId, secretAccessKey } = stage.info;
    await writeFile(
      stage.env['AWS_CONFIG_FILE']!,
      '[profile empty]\nregion = eu-west-1\n[profile corp]\nsso_session = corp\n' +
        '[profile dba]\nregion = us-east-1\n' +
        `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    await view.welcomeAction('Select AWS Profile');
    const { quickInput } = workbench;
    await quickInput.waitForTitle('Select AWS Profile');
    await until(
      (waited) => `The profiles are not there ${waited}.`,
      async () => ((await quickInput.items()).length === 4 ? true : undefined),
    );
    assert.deepEqual(
      (await quickInput.rows()).map(({ label, description }) => [label, description]),
      [
        ['empty', 'eu-west-1'],
        ['corp', 'SSO'],
        ['dba', 'access keys · us-east-1'],
        ['Default credential chain', ''],
      ],
    );
    await workbench.screenshot('select-profile');
    await quickInput.choose('dba');
    await view.tree.waitFor([ready]);
  });
});

describe('Instances without a region', () => {
  const { it } = scene({ identity: 'none', settings: { 'rdsBackup.region': '' } });

  it('leads to a region', async ({ workbench }) => {
    const view = await instancesView(workbench);
    await view.waitForWelcome('No AWS region is set.');
    await workbench.screenshot('instances-no-region');
    await view.welcomeAction('Select AWS Region');
    const { quickInput } = workbench;
    await quickInput.type('xx-nowhere-9');
    await quickInput.waitForTitle('Select AWS Region');
    assert.deepEqual(await quickInput.items(), ['xx-nowhere-9']);
    await quickInput.type('Frankfurt');
    await quickInput.choose('eu-central-1');
    await view.waitForWelcome('No AWS credentials were found.');
  });
});

describe('Instances with credentials that have expired', () => {
  const { it } = scene({ identity: 'expired' });

  it('says so, and takes up new ones from the files by itself', async ({ stage, workbench }) => {
    const view = await instancesView(workbench);
    await view.waitForWelcome('The AWS credentials have expired.');
    await workbench.screenshot('instances-expired');
    await stage.become('session');
    await view.tree.waitFor([ready]);
  });
});

describe('Instances of a user without rights', () => {
  const { it } = scene({ identity: 'denied' });

  it('names the permission', async ({ workbench }) => {
    const view = await instancesView(workbench);
    await view.waitForWelcome(/may not list SQL Server instances/);
    await workbench.screenshot('instances-denied');
  });
});
