import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  EnableMFADeviceCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListMFADevicesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { totp } from '../../../src/sandbox/iam/totp.js';
import { CloudScene, type Credentials, named } from '../../support/cloud.js';

const statement = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const readS3 = statement({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });

describe('IAM and STS', () => {
  let scene: CloudScene;
  let iam: IAMClient;
  let rootArn: string;
  before(async () => {
    scene = await CloudScene.start();
    iam = scene.iam();
    rootArn = `arn:aws:iam::${scene.seed.accountId}:root`;
  });
  after(() => scene.stop());

  const trust = (Principal: unknown, Condition?: object) =>
    statement({
      Effect: 'Allow',
      Principal,
      Action: 'sts:AssumeRole',
      ...(Condition && { Condition }),
    });
  const createRole = async (RoleName: string, document = trust({ AWS: rootArn })) =>
    (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document }))).Role!;
  const assume = (RoleArn: string | undefined, o: object = {}, who?: Credentials) =>
    scene
      .sts('us-east-1', who)
      .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ...o }));
  const credentials = (answer: {
    Credentials?:
      | {
          AccessKeyId?: string | undefined;
          SecretAccessKey?: string | undefined;
          SessionToken?: string | undefined;
        }
      | undefined;
  }) => ({
    accessKeyId: answer.Credentials!.AccessKeyId!,
    secretAccessKey: answer.Credentials!.SecretAccessKey!,
    sessionToken: answer.Credentials!.SessionToken!,
  });
  const whoAmI = async (who: Credentials) =>
    (await scene.sts('us-east-1', who).send(new GetCallerIdentityCommand({}))).Arn;

  /** A user with a key of its own. */
  async function user(UserName: string, policy?: string): Promise<Credentials> {
    await iam.send(new CreateUserCommand({ UserName }));
    if (policy !== undefined) {
      await iam.send(
        new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument: policy }),
      );
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  }

  it('make roles with policies inline and attached', async () => {
    const role = await createRole('documented');
    assert.equal(role.Arn, `arn:aws:iam::${scene.seed.accountId}:role/documented`);
    assert.deepEqual(
      JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument!)),
      JSON.parse(trust({ AWS: rootArn })),
    );
    const RoleName = 'documented';
    await assert.rejects(
      createRole('DOCUMENTED'),
      named('EntityAlreadyExistsException', /already exists/),
    );
    await assert.rejects(
      createRole('untrusted', '{"Statement":[]}'),
      named('MalformedPolicyDocumentException'),
    );
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName: 'none' })),
      named('NoSuchEntityException', /The role with name none cannot be found\./),
    );

    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: readS3 }),
    );
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    assert.equal(decodeURIComponent(inline.PolicyDocument!), readS3);
    assert.deepEqual((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames, [
      'read',
    ]);

    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'managed', PolicyDocument: readS3 }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy!.Arn }));
    const aws = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: aws }));
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(
      attached.AttachedPolicies?.map((p) => p.PolicyName),
      ['managed', 'AmazonS3ReadOnlyAccess'],
    );
    await assert.rejects(
      iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `${aws}X` })),
      named('NoSuchEntityException'),
    );
    const local = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
    assert.deepEqual(
      local.Policies?.map((p) => [p.PolicyName, p.AttachmentCount]),
      [['managed', 1]],
    );
    const { PolicyVersion } = await iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: Policy!.Arn,
        PolicyDocument: readS3.replace('Get', 'Put'),
        SetAsDefault: true,
      }),
    );
    const version = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: Policy!.Arn, VersionId: PolicyVersion!.VersionId }),
    );
    assert.match(decodeURIComponent(version.PolicyVersion!.Document!), /PutObject/);

    await assert.rejects(
      iam.send(new DeleteRoleCommand({ RoleName })),
      named('DeleteConflictException'),
    );
    await assert.rejects(
      iam.send(new DeletePolicyCommand({ PolicyArn: Policy!.Arn })),
      named('DeleteConflictException'),
    );
    for (const PolicyArn of [Policy!.Arn, aws])
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName })),
      named('NoSuchEntityException'),
    );
  });

  it('list roles by pages', async () => {
    for (let n = 0; n < 5; n++) await createRole(`paged${String(n)}`);
    const all = (await iam.send(new ListRolesCommand({}))).Roles!.map((role) => role.RoleName);
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(new ListRolesCommand({ MaxItems: 2, Marker }));
      seen.push(...page.Roles!.map((role) => role.RoleName));
      Marker = page.IsTruncated ? page.Marker : undefined;
    } while (Marker !== undefined);
    assert.deepEqual(seen, all);
  });

  it('give sessions that are who they should be, until they expire', async () => {
    const { Arn } = await createRole('sessions');
    const answer = await assume(Arn, { DurationSeconds: 900 });
    const who = credentials(answer);
    assert.match(who.accessKeyId, /^ASIA/);
    const arn = `arn:aws:sts::${scene.seed.accountId}:assumed-role/sessions/test`;
    assert.equal(answer.AssumedRoleUser?.Arn, arn);
    assert.equal(await whoAmI(who), arn);
    const seconds = (answer.Credentials!.Expiration!.getTime() - Date.now()) / 1000;
    assert.ok(seconds > 890 && seconds <= 900);
    await assert.rejects(whoAmI({ ...who, sessionToken: 'x' }), named('InvalidClientTokenId'));
    await assert.rejects(
      assume(Arn, { DurationSeconds: 7200 }),
      named('ValidationError', /MaxSessionDuration/),
    );
    // Sessions outlive the server.
    await scene.restart();
    iam = scene.iam();
    assert.equal(await whoAmI(who), arn);
    await scene.restart(async () => {
      const file = path.join(scene.folder, 'aws', 'credentials.json');
      const state = await readFile(file, 'utf8');
      const expires = /"expires":\d+/g;
      assert.match(state, expires);
      await writeFile(file, state.replace(expires, `"expires":${String(Date.now() - 1000)}`));
    });
    iam = scene.iam();
    await assert.rejects(whoAmI(who), named('ExpiredToken'));
  });

  it('let a role be assumed by those it trusts alone', async () => {
    await assert.rejects(
      assume(scene.seed.roleArn),
      named('AccessDenied', /is not authorized to perform: sts:AssumeRole on resource: arn/),
    );
    await assert.rejects(assume(`${scene.seed.roleArn}-none`), named('AccessDenied'));
    const may = statement({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    const ann = await user('ann', may);
    const bob = await user('bob');
    // Trusting the account leaves it to IAM which of its users may.
    const byAccount = await createRole('by-account');
    assert.match(
      (await whoAmI(credentials(await assume(byAccount.Arn, {}, ann)))) ?? '',
      /by-account/,
    );
    await assert.rejects(assume(byAccount.Arn, {}, bob), named('AccessDenied'));
    // Naming a user needs no policy of theirs.
    const byName = await createRole(
      'by-name',
      trust({ AWS: `arn:aws:iam::${scene.seed.accountId}:user/bob` }),
    );
    await assume(byName.Arn, {}, bob);
    await assert.rejects(assume(byName.Arn, {}, ann), named('AccessDenied'));
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'by-name',
        PolicyDocument: trust({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'secret' } }),
      }),
    );
    await assert.rejects(assume(byName.Arn, {}, ann), named('AccessDenied'));
    await assume(byName.Arn, { ExternalId: 'secret' }, ann);
  });

  it('ask for a second factor where a role demands it', async () => {
    const ann = await user(
      'mfa-user',
      statement({ Effect: 'Allow', Action: 'sts:*', Resource: '*' }),
    );
    const { VirtualMFADevice } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' }),
    );
    const SerialNumber = VirtualMFADevice!.SerialNumber!;
    const seed = Buffer.from(VirtualMFADevice!.Base32StringSeed!).toString('utf8');
    const enable = (AuthenticationCode1: string, AuthenticationCode2: string) =>
      iam.send(
        new EnableMFADeviceCommand({
          UserName: 'mfa-user',
          SerialNumber,
          AuthenticationCode1,
          AuthenticationCode2,
        }),
      );
    const code = (offset = 0) => totp(seed, Date.now() + offset);
    await assert.rejects(enable(code(), code()), named('InvalidAuthenticationCodeException'));
    await enable(code(), code(30_000));
    const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName: 'mfa-user' }));
    assert.deepEqual(
      MFADevices?.map((device) => device.SerialNumber),
      [SerialNumber],
    );

    const { Arn } = await createRole(
      'guarded',
      trust({ AWS: rootArn }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    );
    await assert.rejects(assume(Arn, {}, ann), named('AccessDenied'));
    const wrong = String((Number(code()) + 500_000) % 1_000_000).padStart(6, '0');
    await assert.rejects(
      assume(Arn, { SerialNumber, TokenCode: wrong }, ann),
      named('AccessDenied', /MultiFactorAuthentication failed with invalid MFA one time pass code/),
    );
    await assume(Arn, { SerialNumber, TokenCode: code() }, ann);
    const session = await scene
      .sts('us-east-1', ann)
      .send(new GetSessionTokenCommand({ SerialNumber, TokenCode: code() }));
    await assume(Arn, {}, credentials(session));
  });

  it('stop taking a key that is switched off', async () => {
    const who = await user('switched');
    await whoAmI(who);
    const update = (Status: 'Active' | 'Inactive') =>
      iam.send(
        new UpdateAccessKeyCommand({ UserName: 'switched', AccessKeyId: who.accessKeyId, Status }),
      );
    await update('Inactive');
    await assert.rejects(whoAmI(who), named('InvalidClientTokenId'));
    await update('Active');
    await whoAmI(who);
  });

  it('say in advance what a role may do', async () => {
    const bucketArn = `arn:aws:s3:::${scene.seed.bucket}`;
    const { EvaluationResults } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: scene.seed.roleArn,
        ActionNames: ['s3:GetObject', 's3:DeleteObject', 'kms:Decrypt'],
        ResourceArns: [`${bucketArn}/x`, scene.seed.kmsKeyArn],
      }),
    );
    const table = EvaluationResults?.map((result) => [
      result.EvalActionName,
      ...result.ResourceSpecificResults!.map((one) => one.EvalResourceDecision),
    ]);
    assert.deepEqual(table, [
      ['s3:GetObject', 'allowed', 'implicitDeny'],
      ['s3:DeleteObject', 'implicitDeny', 'implicitDeny'],
      ['kms:Decrypt', 'implicitDeny', 'allowed'],
    ]);
    await assert.rejects(
      iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: `${scene.seed.roleArn}x`,
          ActionNames: ['s3:GetObject'],
        }),
      ),
      named('NoSuchEntityException'),
    );
  });
});
