import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeInstance, listInstances } from '../../../src/core/aws/instances.js';
import { listOptionGroups } from '../../../src/core/aws/optionGroups.js';
import { masterPassword } from '../../../src/core/sql/masterPassword.js';
import type { EmulatorScene } from './emulatorScene.js';

/** More than a page has. */
const manyInstances = 103;
const roleArn = 'arn:aws:iam::123456789012:role/rds-backup-restore';
const group = { OptionGroupName: 'payroll-options' };

/** DescribeDBInstances, DescribeOptionGroups and GetSecretValue. */
export function instanceTests(scene: EmulatorScene): void {
  it('lists the SQL Server instances alone, over all pages', async () => {
    const rds = await scene.session.rds();
    const { CreateDBInstanceCommand, CreateOptionGroupCommand } =
      await import('@aws-sdk/client-rds');
    await rds.send(
      new CreateOptionGroupCommand({
        ...{ ...group, EngineName: 'sqlserver-se', MajorEngineVersion: '15.00' },
        OptionGroupDescription: 'made by the conformance tests',
      }),
    );
    const create = (id: string, Engine: string, more: object = {}) =>
      rds.send(
        new CreateDBInstanceCommand({
          ...{ DBInstanceIdentifier: id, Engine, ...more },
          ...{ DBInstanceClass: 'db.t3.small', AllocatedStorage: 20 },
          ...{ MasterUsername: 'admin', MasterUserPassword: 'conformance-only' },
        }),
      );
    for (let number = 0; number < manyInstances; number++) await create(`blog-${number}`, 'mysql');
    await create('payroll', 'sqlserver-se', group);
    await create('zoo', 'sqlserver-ex');
    const instances = await listInstances(scene.session);
    assert.deepEqual(
      instances.map(({ id, edition }) => ({ id, edition })),
      [
        { id: 'payroll', edition: 'Standard Edition' },
        { id: 'zoo', edition: 'Express Edition' },
      ],
    );
    for (const { endpoint, status, arn, backupRestore } of instances) {
      assert.equal(status, 'available');
      assert.ok(endpoint && endpoint.port > 0 && arn.startsWith('arn:aws:rds:'));
      assert.equal(backupRestore.state, 'missing');
    }
  });

  it('describes one instance, and says when it is none', async () => {
    const { session } = scene;
    const found = await describeInstance(session, 'payroll');
    assert.deepEqual(found, (await listInstances(session))[0]);
    await assert.rejects(describeInstance(session, 'none'), { code: 'rds/no-such-instance' });
    await assert.rejects(describeInstance(session, 'blog-1'), { code: 'rds/not-sql-server' });
  });

  it('reads the master password that RDS keeps in a secret', async () => {
    const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const secrets = await scene.session.secretsManager();
    const SecretString = JSON.stringify({ username: 'admin', password: 'geheim ü "\\' });
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'rds!db-1', SecretString }));
    const instance = { id: 'payroll', masterSecret: { arn: ARN!, status: 'active' } };
    assert.equal(await masterPassword(scene.session, instance), 'geheim ü "\\');
    const other = { ...instance, masterSecret: { arn: `${ARN}x`, status: 'active' } };
    await assert.rejects(masterPassword(scene.session, other), { name: 'EngineError' });
  });
}

/** What an emulator has to have for an instance that is ready. */
async function addBackupRestoreOption({ session }: EmulatorScene): Promise<void> {
  const { ModifyOptionGroupCommand } = await import('@aws-sdk/client-rds');
  const option = {
    OptionName: 'SQLSERVER_BACKUP_RESTORE',
    OptionSettings: [{ Name: 'IAM_ROLE_ARN', Value: roleArn }],
  };
  const input = { ...group, OptionsToInclude: [option], ApplyImmediately: true };
  await (await session.rds()).send(new ModifyOptionGroupCommand(input));
}

export async function seesReadyInstance(scene: EmulatorScene): Promise<void> {
  await addBackupRestoreOption(scene);
  assert.deepEqual((await describeInstance(scene.session, 'payroll')).backupRestore, {
    ...{ state: 'ready', optionGroup: group.OptionGroupName, roleArn },
  });
}

export async function seesOptionGroups({ session }: EmulatorScene): Promise<void> {
  const groups = await listOptionGroups(session);
  const ours = groups.find(({ name }) => name === group.OptionGroupName);
  assert.deepEqual([ours?.engine, ours?.majorEngineVersion], ['sqlserver-se', '15.00']);
}
