import {
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBSnapshotCommand,
  CreateOptionGroupCommand,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  InvalidDBInstanceStateFault,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceCommandInput,
  type RDSClient,
  RebootDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { durations } from '../../../src/sandbox/rds/lifecycle.js';
import { CloudScene, named } from '../../support/cloud.js';

describe('RDS instances', () => {
  let scene: CloudScene;
  let rds: RDSClient;
  before(async () => {
    scene = await CloudScene.start();
    rds = scene.rds();
  });
  after(() => scene.stop());

  const describeOne = async (DBInstanceIdentifier: string) => {
    const { DBInstances } = await rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier }),
    );
    assert.equal(DBInstances?.length, 1);
    return DBInstances[0]!;
  };
  const status = async (id: string) => (await describeOne(id)).DBInstanceStatus;
  const memberships = async (id: string) =>
    (await describeOne(id)).OptionGroupMemberships?.map((m) => [m.OptionGroupName, m.Status]);

  const create = (DBInstanceIdentifier: string, o: Partial<CreateDBInstanceCommandInput> = {}) =>
    rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        Engine: 'sqlserver-se',
        EngineVersion: '15.00.4415.2.v1',
        DBInstanceClass: 'db.m6i.large',
        AllocatedStorage: 50,
        MasterUsername: 'dba',
        MasterUserPassword: 'long-enough',
        ...o,
      }),
    );
  const modify = (DBInstanceIdentifier: string, o: Partial<ModifyDBInstanceCommandInput>) =>
    rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, ...o }));

  it('are there from the start: one ready for backup and restore, one without the option', async () => {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    const byId = new Map(DBInstances?.map((instance) => [instance.DBInstanceIdentifier, instance]));
    assert.deepEqual([...byId.keys()].sort(), ['sql2016', 'sql2019']);
    const ready = byId.get('sql2019');
    assert.match(ready?.EngineVersion ?? '', /^15\.00\.\d+\.\d+\.v1$/);
    assert.deepEqual(ready?.OptionGroupMemberships, [
      { OptionGroupName: scene.seed.optionGroup, Status: 'in-sync' },
    ]);
    assert.match(ready.MasterUserSecret?.SecretArn ?? '', /:secret:rds!db-/);
    const plain = byId.get('sql2016');
    assert.match(plain?.EngineVersion ?? '', /^13\.00\./);
    assert.equal(plain?.OptionGroupMemberships?.[0]?.OptionGroupName, 'default:sqlserver-se-13-00');
    // No endpoint before something listens.
    assert.equal(ready.Endpoint, undefined);
    scene.cloud.setEndpoint('sql2019', 'localhost', 12345);
    const { Endpoint } = await describeOne('sql2019');
    assert.deepEqual([Endpoint?.Address, Endpoint?.Port], ['localhost', 12345]);
  });

  it('are found by id in any case, by ARN and by filters', async () => {
    const { DBInstanceArn } = await describeOne('SQL2019');
    assert.equal((await describeOne(DBInstanceArn!)).DBInstanceIdentifier, 'sql2019');
    const filtered = async (Name: string, ...Values: string[]) => {
      const answer = await rds.send(
        new DescribeDBInstancesCommand({ Filters: [{ Name, Values }] }),
      );
      return answer.DBInstances?.map((instance) => instance.DBInstanceIdentifier);
    };
    assert.deepEqual(await filtered('db-instance-id', 'sql2016', 'none'), ['sql2016']);
    assert.deepEqual(await filtered('engine', 'sqlserver-ee'), []);
    await assert.rejects(
      filtered('colour', 'red'),
      named('InvalidParameterValue', /Unrecognized filter name: colour/),
    );
    await assert.rejects(describeOne('none'), (error: Error) => {
      assert.ok(error instanceof DBInstanceNotFoundFault);
      assert.equal(error.message, 'DBInstance none not found.');
      return true;
    });
    await assert.rejects(
      scene
        .rds('eu-west-1')
        .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'sql2019' })),
      named('DBInstanceNotFoundFault'),
    );
  });

  it('take minutes of sandbox time to be created', async () => {
    let changes = 0;
    const unsubscribe = scene.cloud.onInstancesChanged(() => changes++);
    const { DBInstance } = await create('fresh', { StorageEncrypted: true });
    assert.equal(DBInstance?.DBInstanceStatus, 'creating');
    assert.match(DBInstance.KmsKeyId ?? '', /^arn:aws:kms:us-east-1:\d+:key\//);
    assert.equal(DBInstance.VpcSecurityGroups?.length, 1);
    assert.equal(scene.cloud.instance('fresh')?.status, 'creating');
    scene.clock.advance(durations.create - 1);
    assert.equal(await status('fresh'), 'creating');
    await assert.rejects(
      modify('fresh', { AllocatedStorage: 60 }),
      (error) => error instanceof InvalidDBInstanceStateFault,
    );
    scene.clock.advance(2);
    assert.equal(await status('fresh'), 'backing-up');
    scene.clock.advance(durations.firstBackup + 1);
    assert.equal(await status('fresh'), 'available');
    assert.ok(changes >= 3);
    unsubscribe();
    const instance = scene.cloud.instance('fresh');
    assert.equal(instance?.masterUsername, 'dba');
    assert.equal(instance.masterPassword, 'long-enough');
    assert.deepEqual(instance.optionGroup.options, []);
  });

  it('go through their states without anyone asking', async () => {
    await create('unasked');
    const available = new Promise<void>((resolve) => {
      const unsubscribe = scene.cloud.onInstancesChanged(() => {
        if (scene.cloud.instance('unasked')?.status !== 'available') return;
        unsubscribe();
        resolve();
      });
    });
    scene.clock.advance(durations.create + 1);
    await new Promise((resolve) => setImmediate(resolve));
    // The backup after the creation is planned when the creation is done.
    const hurry = setInterval(() => {
      scene.clock.advance(60);
    }, 1);
    await available;
    clearInterval(hurry);
  });

  it('are checked before they are created', async () => {
    const bad: [Partial<CreateDBInstanceCommandInput> & { id?: string }, string, RegExp?][] = [
      [{ id: 'sql2019' }, 'DBInstanceAlreadyExistsFault'],
      [{ id: '1x' }, 'InvalidParameterValue', /DBInstanceIdentifier/],
      [{ id: 'a-name-that-is-too-long' }, 'InvalidParameterValue'],
      [{ Engine: 'postgres' }, 'InvalidParameterValue', /SQL Server/],
      [{ EngineVersion: '15.00.1.1.v1' }, 'InvalidParameterCombination', /Cannot find version/],
      [{ MasterUsername: 'sa' }, 'InvalidParameterValue', /reserved/],
      [{ MasterUserPassword: 'short' }, 'InvalidParameterValue', /not a valid password/],
      [{ MasterUserPassword: undefined }, 'InvalidParameterValue'],
      [{ ManageMasterUserPassword: true }, 'InvalidParameterCombination'],
      [{ AllocatedStorage: 5 }, 'InvalidParameterValue', /storage size/],
      [{ OptionGroupName: 'none' }, 'OptionGroupNotFoundFault'],
      [
        { OptionGroupName: 'sqlserver-se-2016-empty' },
        'InvalidParameterCombination',
        /sqlserver-se 13\.00/,
      ],
      [{ VpcSecurityGroupIds: ['sg-none'] }, 'InvalidParameterValue', /security group/],
      [{ PreferredMaintenanceWindow: 'someday' }, 'InvalidParameterValue'],
      [{ StorageEncrypted: true, KmsKeyId: 'alias/none' }, 'KMSKeyNotAccessibleFault'],
    ];
    for (const [{ id, ...o }, name, message] of bad) {
      await assert.rejects(create(id ?? 'wrong', o), named(name, message), JSON.stringify(o));
    }
    await assert.rejects(describeOne('wrong'), named('DBInstanceNotFoundFault'));
  });

  it('get their option group over time', async () => {
    await create('grouped', { OptionGroupName: 'default:sqlserver-se-15-00' });
    scene.clock.advance(2000);
    assert.equal(await status('grouped'), 'backing-up');
    scene.clock.advance(2000);
    await modify('grouped', { OptionGroupName: scene.seed.optionGroup, ApplyImmediately: true });
    assert.deepEqual(await memberships('grouped'), [
      [scene.seed.optionGroup, 'pending-apply'],
      ['default:sqlserver-se-15-00', 'pending-removal'],
    ]);
    assert.equal(scene.cloud.instance('grouped')?.optionGroup.status, 'pending-apply');
    scene.clock.advance(durations.optionGroupPending + 1);
    assert.deepEqual(await memberships('grouped'), [
      [scene.seed.optionGroup, 'applying'],
      ['default:sqlserver-se-15-00', 'removing'],
    ]);
    scene.clock.advance(durations.optionGroupApplying + 1);
    assert.deepEqual(await memberships('grouped'), [[scene.seed.optionGroup, 'in-sync']]);
    const { optionGroup } = scene.cloud.instance('grouped')!;
    assert.equal(optionGroup.status, 'in-sync');
    assert.deepEqual(optionGroup.options, [
      { name: 'SQLSERVER_BACKUP_RESTORE', settings: { IAM_ROLE_ARN: scene.seed.roleArn } },
    ]);
    await assert.rejects(
      modify('grouped', { OptionGroupName: 'sqlserver-se-2016-empty' }),
      named('InvalidParameterCombination'),
    );
  });

  it('put changes off to the maintenance window unless told to hurry', async () => {
    await rds.send(
      new CreateOptionGroupCommand({
        OptionGroupName: 'later',
        EngineName: 'sqlserver-se',
        MajorEngineVersion: '15.00',
        OptionGroupDescription: 'x',
      }),
    );
    await modify('grouped', { OptionGroupName: 'later', AllocatedStorage: 80 });
    const waiting = await describeOne('grouped');
    assert.equal(waiting.AllocatedStorage, 50);
    assert.equal(waiting.PendingModifiedValues?.AllocatedStorage, 80);
    assert.deepEqual((await memberships('grouped'))?.[0], ['later', 'pending-maintenance-apply']);
    scene.clock.advance(7 * 86_400);
    assert.equal(await status('grouped'), 'modifying');
    scene.clock.advance(durations.modify + 1);
    const done = await describeOne('grouped');
    assert.equal(done.DBInstanceStatus, 'available');
    assert.equal(done.AllocatedStorage, 80);
    assert.equal(done.PendingModifiedValues?.AllocatedStorage, undefined);
    assert.deepEqual(await memberships('grouped'), [['later', 'in-sync']]);

    const upgrade = {
      EngineVersion: '16.00.4185.3.v1',
      AllowMajorVersionUpgrade: true,
      ApplyImmediately: true,
    };
    await assert.rejects(
      modify('grouped', { ...upgrade, AllowMajorVersionUpgrade: false }),
      named('InvalidParameterCombination', /Cannot upgrade/),
    );
    await assert.rejects(
      modify('grouped', upgrade),
      named('InvalidParameterCombination', /later is for sqlserver-se 15\.00/),
    );
    await modify('grouped', { ...upgrade, OptionGroupName: 'default:sqlserver-se-16-00' });
    await assert.rejects(
      modify('grouped', { AllocatedStorage: 20 }),
      named('InvalidDBInstanceStateFault'),
    );
    scene.clock.advance(durations.modify + 1);
    assert.equal((await describeOne('grouped')).EngineVersion, '16.00.4185.3.v1');
    await assert.rejects(
      modify('grouped', { AllocatedStorage: 20 }),
      named('InvalidParameterCombination', /cannot be reduced/),
    );
    await assert.rejects(
      modify('grouped', { EngineVersion: '15.00.4415.2.v1' }),
      named('InvalidParameterCombination', /Cannot upgrade/),
    );
  });

  it('stop, start and reboot', async () => {
    const id = { DBInstanceIdentifier: 'sql2016' };
    await rds.send(new StopDBInstanceCommand(id));
    assert.equal(await status('sql2016'), 'stopping');
    await assert.rejects(
      rds.send(new RebootDBInstanceCommand(id)),
      named('InvalidDBInstanceStateFault', /not in available state/),
    );
    scene.clock.advance(durations.stop + 1);
    assert.equal(await status('sql2016'), 'stopped');
    await rds.send(new StartDBInstanceCommand(id));
    scene.clock.advance(durations.start + 1);
    assert.equal(await status('sql2016'), 'available');
    await rds.send(new RebootDBInstanceCommand(id));
    assert.equal(await status('sql2016'), 'rebooting');
    scene.clock.advance(durations.reboot + 1);
    assert.equal(await status('sql2016'), 'available');
  });

  it('hand their password to Secrets Manager and take it back', async () => {
    await modify('sql2016', { ManageMasterUserPassword: true, ApplyImmediately: true });
    const { MasterUserSecret } = await describeOne('sql2016');
    const SecretId = MasterUserSecret?.SecretArn;
    const value = await scene.secrets().send(new GetSecretValueCommand({ SecretId }));
    const secret = JSON.parse(value.SecretString!) as { username: string; password: string };
    assert.equal(secret.username, 'admin');
    assert.equal(secret.password, scene.cloud.instance('sql2016')?.masterPassword);
    await assert.rejects(
      scene.secrets().send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })),
      named('InvalidRequestException', /managed by rds/),
    );
    await assert.rejects(
      modify('sql2016', { MasterUserPassword: 'another-one' }),
      named('InvalidParameterCombination'),
    );
    await modify('sql2016', { ManageMasterUserPassword: false, MasterUserPassword: 'another-one' });
    assert.equal(await status('sql2016'), 'resetting-master-credentials');
    scene.clock.advance(durations.reboot + 1);
    assert.equal(scene.cloud.instance('sql2016')?.masterPassword, 'another-one');
    await assert.rejects(
      scene.secrets().send(new GetSecretValueCommand({ SecretId })),
      named('ResourceNotFoundException'),
    );
  });

  it('are deleted, with or without a last snapshot', async () => {
    const remove = (DBInstanceIdentifier: string, o: object) =>
      rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, ...o }));
    await assert.rejects(
      remove('fresh', {}),
      named('InvalidParameterCombination', /FinalDBSnapshotIdentifier/),
    );
    await modify('fresh', { DeletionProtection: true });
    await assert.rejects(
      remove('fresh', { SkipFinalSnapshot: true }),
      named('InvalidParameterCombination', /protected/),
    );
    await modify('fresh', { DeletionProtection: false });
    await remove('fresh', { FinalDBSnapshotIdentifier: 'fresh-last' });
    assert.equal(await status('fresh'), 'deleting');
    scene.clock.advance(durations.delete + 1);
    await assert.rejects(describeOne('fresh'), named('DBInstanceNotFoundFault'));
    assert.equal(scene.cloud.instance('fresh'), undefined);
    const { DBSnapshots } = await rds.send(
      new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: 'fresh' }),
    );
    assert.deepEqual(
      DBSnapshots?.map((snapshot) => [snapshot.DBSnapshotIdentifier, snapshot.Status]),
      [['fresh-last', 'available']],
    );
    await assert.rejects(
      rds.send(
        new CreateDBSnapshotCommand({
          DBInstanceIdentifier: 'unasked',
          DBSnapshotIdentifier: 'fresh-last',
        }),
      ),
      named('DBSnapshotAlreadyExistsFault'),
    );
  });

  it('go on where they were after a restart', async () => {
    await create('patient');
    await scene.restart();
    rds = scene.rds();
    assert.equal(await status('patient'), 'creating');
    scene.clock.advance(durations.create + 1);
    assert.equal(await status('patient'), 'backing-up');
    // What has been deleted before does not come back with the seeding.
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    assert.ok(!DBInstances?.some((instance) => instance.DBInstanceIdentifier === 'fresh'));
  });

  it('come in pages', async () => {
    for (let n = 0; n < 22; n++) await create(`page${String(n).padStart(2, '0')}`);
    const first = await rds.send(new DescribeDBInstancesCommand({ MaxRecords: 20 }));
    assert.equal(first.DBInstances?.length, 20);
    const second = await rds.send(
      new DescribeDBInstancesCommand({ MaxRecords: 20, Marker: first.Marker }),
    );
    const ids = [...first.DBInstances, ...second.DBInstances!].map((i) => i.DBInstanceIdentifier);
    assert.equal(second.Marker, undefined);
    assert.deepEqual(ids, [...new Set(ids)].sort());
    await assert.rejects(
      rds.send(new DescribeDBInstancesCommand({ MaxRecords: 5 })),
      named('InvalidParameterValue'),
    );
  });

  it('may be of the versions that RDS offers', async () => {
    const versions = async (o: object) => {
      const answer = await rds.send(new DescribeDBEngineVersionsCommand(o));
      return answer.DBEngineVersions!;
    };
    const standard = await versions({ Engine: 'sqlserver-se', EngineVersion: '15.00' });
    assert.ok(standard.length > 1);
    for (const { EngineVersion, DBParameterGroupFamily } of standard) {
      assert.match(EngineVersion!, /^15\.00\./);
      assert.equal(DBParameterGroupFamily, 'sqlserver-se-15.0');
    }
    assert.ok(standard[0]?.ValidUpgradeTarget?.some((target) => target.IsMajorVersionUpgrade));
    assert.equal((await versions({ Engine: 'sqlserver-ee', DefaultOnly: true })).length, 1);
    assert.deepEqual(await versions({ Engine: 'mysql' }), []);
  });
});
