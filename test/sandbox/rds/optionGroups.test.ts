import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  AddTagsToResourceCommand,
  CreateOptionGroupCommand,
  DeleteOptionGroupCommand,
  DescribeDBInstancesCommand,
  DescribeOptionGroupOptionsCommand,
  DescribeOptionGroupsCommand,
  type DescribeOptionGroupsCommandInput,
  ListTagsForResourceCommand,
  ModifyOptionGroupCommand,
  type OptionConfiguration,
  type RDSClient,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-rds';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { durations } from '../../../src/sandbox/rds/lifecycle.js';
import { CloudScene, named } from '../../support/cloud.js';

describe('RDS option groups', () => {
  let scene: CloudScene;
  let rds: RDSClient;
  before(async () => {
    scene = await CloudScene.start();
    rds = scene.rds();
  });
  after(() => scene.stop());

  const create = (
    OptionGroupName: string,
    EngineName = 'sqlserver-se',
    MajorEngineVersion = '15.00',
  ) =>
    rds.send(
      new CreateOptionGroupCommand({
        OptionGroupName,
        EngineName,
        MajorEngineVersion,
        OptionGroupDescription: 'made by a test',
      }),
    );
  const list = async (o: DescribeOptionGroupsCommandInput = {}) =>
    (await rds.send(new DescribeOptionGroupsCommand(o))).OptionGroupsList!;
  const backupRestore = (roleArn: string): OptionConfiguration => ({
    OptionName: 'SQLSERVER_BACKUP_RESTORE',
    OptionSettings: [{ Name: 'IAM_ROLE_ARN', Value: roleArn }],
  });
  const include = (OptionGroupName: string, ...OptionsToInclude: OptionConfiguration[]) =>
    rds.send(
      new ModifyOptionGroupCommand({ OptionGroupName, OptionsToInclude, ApplyImmediately: true }),
    );

  it('are listed with the default of every engine and version', async () => {
    const all = await list();
    const names = all.map((group) => group.OptionGroupName);
    assert.ok(names.includes(scene.seed.optionGroup));
    assert.ok(names.includes('default:sqlserver-se-15-00'));
    assert.ok(names.includes('default:sqlserver-ex-13-00'));
    const se2019 = await list({ EngineName: 'sqlserver-se', MajorEngineVersion: '15.00' });
    assert.deepEqual(
      se2019.map((group) => group.OptionGroupName),
      ['default:sqlserver-se-15-00', scene.seed.optionGroup],
    );
    const [seeded] = await list({ OptionGroupName: scene.seed.optionGroup });
    assert.equal(
      seeded?.OptionGroupArn,
      `arn:aws:rds:us-east-1:${scene.seed.accountId}:og:${scene.seed.optionGroup}`,
    );
    const option = seeded.Options?.[0];
    assert.equal(option?.OptionName, 'SQLSERVER_BACKUP_RESTORE');
    assert.deepEqual(
      option.OptionSettings?.map((setting) => [setting.Name, setting.Value]),
      [['IAM_ROLE_ARN', scene.seed.roleArn]],
    );
    await assert.rejects(
      list({ OptionGroupName: 'none' }),
      named('OptionGroupNotFoundFault', /Specified OptionGroupName: none not found\./),
    );
    await assert.rejects(
      list({ MajorEngineVersion: '15.00' }),
      named('InvalidParameterCombination'),
    );
    const page = await rds.send(new DescribeOptionGroupsCommand({ MaxRecords: 20 }));
    assert.equal(page.OptionGroupsList?.length, Math.min(20, all.length));
    if (all.length > 20) {
      const rest = await list({ MaxRecords: 20, Marker: page.Marker });
      assert.equal(rest.length, all.length - 20);
    }
  });

  it('are created with checks, and deleted when nothing uses them', async () => {
    const { OptionGroup } = await create('Made-By-Test');
    assert.equal(OptionGroup?.OptionGroupName, 'made-by-test');
    assert.deepEqual(OptionGroup.Options, []);
    await assert.rejects(create('made-by-test'), named('OptionGroupAlreadyExistsFault'));
    await assert.rejects(create('9starts-wrong'), named('InvalidParameterValue'));
    await assert.rejects(
      create('other', 'mysql'),
      named('InvalidParameterValue', /SQL Server only/),
    );
    await assert.rejects(
      create('other', 'sqlserver-se', '11.00'),
      named('InvalidParameterCombination'),
    );
    const remove = (OptionGroupName: string) =>
      rds.send(new DeleteOptionGroupCommand({ OptionGroupName }));
    await assert.rejects(
      remove(scene.seed.optionGroup),
      named('InvalidOptionGroupStateFault', /sql2019/),
    );
    await assert.rejects(
      remove('default:sqlserver-se-15-00'),
      named('InvalidParameterValue', /default option group/),
    );
    await remove('made-by-test');
    await assert.rejects(remove('made-by-test'), named('OptionGroupNotFoundFault'));
  });

  it('take the option with a role that RDS may assume, and no other', async () => {
    await create('optional');
    const { seed } = scene;
    const role = await scene.iam().send(
      new CreateRoleCommand({
        RoleName: 'for-ec2',
        AssumeRolePolicyDocument: JSON.stringify({
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'ec2.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        }),
      }),
    );
    const invalid = named(
      'InvalidParameterValue',
      /^IAM role ARN value is invalid or does not include the required permissions for: SQLSERVER_BACKUP_RESTORE$/,
    );
    for (const arn of ['nonsense', `${seed.roleArn}-none`, role.Role!.Arn!]) {
      await assert.rejects(include('optional', backupRestore(arn)), invalid, arn);
    }
    await assert.rejects(
      include('optional', { OptionName: 'SQLSERVER_BACKUP_RESTORE' }),
      named('InvalidParameterValue', /requires the option setting IAM_ROLE_ARN/),
    );
    await assert.rejects(
      include('optional', { OptionName: 'ORACLE_APEX' }),
      named('InvalidParameterValue', /not available/),
    );
    await assert.rejects(
      include('optional', {
        OptionName: 'SQLSERVER_BACKUP_RESTORE',
        OptionSettings: [{ Name: 'COLOUR', Value: 'x' }],
      }),
      named('InvalidParameterValue', /COLOUR/),
    );
    await assert.rejects(
      include('default:sqlserver-se-15-00', backupRestore(seed.roleArn)),
      named('InvalidParameterValue', /default option group and cannot be modified/),
    );
    const { OptionGroup } = await include('optional', backupRestore(seed.roleArn));
    assert.equal(OptionGroup?.Options?.length, 1);
    await include('optional', { OptionName: 'TDE' });
    const [group] = await list({ OptionGroupName: 'optional' });
    assert.deepEqual(
      group?.Options?.map((option) => option.OptionName),
      ['SQLSERVER_BACKUP_RESTORE', 'TDE'],
    );
    const removal = {
      OptionGroupName: 'optional',
      OptionsToRemove: ['TDE'],
      ApplyImmediately: true,
    };
    const removed = await rds.send(new ModifyOptionGroupCommand(removal));
    assert.equal(removed.OptionGroup?.Options?.length, 1);
    await assert.rejects(
      rds.send(new ModifyOptionGroupCommand(removal)),
      named('InvalidParameterValue', /not in the option group/),
    );
    await assert.rejects(include('optional'), named('InvalidParameterCombination'));
  });

  it('reach their instances over time when they change', async () => {
    const status = async () => {
      const { DBInstances } = await rds.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'sql2019' }),
      );
      return DBInstances?.[0]?.OptionGroupMemberships?.[0]?.Status;
    };
    await include(scene.seed.optionGroup, { OptionName: 'TDE' });
    assert.equal(await status(), 'pending-apply');
    await assert.rejects(
      include(scene.seed.optionGroup, { OptionName: 'TDE' }),
      named('InvalidOptionGroupStateFault'),
    );
    scene.clock.advance(durations.optionGroupPending + 1);
    assert.equal(await status(), 'applying');
    scene.clock.advance(durations.optionGroupApplying + 1);
    assert.equal(await status(), 'in-sync');
  });

  it('say which options there are', async () => {
    const { OptionGroupOptions } = await rds.send(
      new DescribeOptionGroupOptionsCommand({
        EngineName: 'sqlserver-se',
        MajorEngineVersion: '13.00',
      }),
    );
    const names = OptionGroupOptions?.map((option) => option.Name);
    assert.deepEqual(names, ['SQLSERVER_BACKUP_RESTORE', 'SQLSERVER_AUDIT']);
    const [setting] = OptionGroupOptions?.[0]?.OptionGroupOptionSettings ?? [];
    assert.equal(setting?.SettingName, 'IAM_ROLE_ARN');
    assert.equal(setting.IsRequired, true);
    assert.equal(OptionGroupOptions?.[0]?.Persistent, false);
  });

  it('carry tags, as instances do', async () => {
    const ResourceName = (await list({ OptionGroupName: scene.seed.optionGroup }))[0]
      ?.OptionGroupArn;
    const tags = async () =>
      (await rds.send(new ListTagsForResourceCommand({ ResourceName }))).TagList;
    await rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] })); // prettier-ignore
    await rds.send(
      new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'a', Value: '3' }] }),
    );
    assert.deepEqual(await tags(), [{ Key: 'b', Value: '2' }, { Key: 'a', Value: '3' }]); // prettier-ignore
    await rds.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['b'] }));
    assert.deepEqual(await tags(), [{ Key: 'a', Value: '3' }]);
    await assert.rejects(
      rds.send(new ListTagsForResourceCommand({ ResourceName: 'arn:aws:rds:us-east-1:1:db:none' })),
      named('DBInstanceNotFoundFault'),
    );
  });
});
