import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudScene, type Credentials } from '../../support/cloud.js';
import { sendSigned } from '../../support/rawRequest.js';

/** What clients pass over in silence: elements that AWS does not send, names that differ by service. */
describe('answers of the sandbox on the wire', () => {
  let scene: CloudScene;
  before(async () => {
    scene = await CloudScene.start();
  });
  after(() => scene.stop());

  function query(service: string, fields: Record<string, string>, who = scene.rootCredentials) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ Version: '1', ...fields }).toString();
    const request = { method: 'POST', target: '/', headers, body, service };
    return sendSigned(scene.endpoint.url, request, who);
  }

  async function secrets(operation: string, input: object): Promise<Record<string, unknown>> {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
    };
    const body = JSON.stringify(input);
    const request = { method: 'POST', target: '/', headers, body, service: 'secretsmanager' };
    const answer = await sendSigned(scene.endpoint.url, request, scene.rootCredentials);
    return JSON.parse(answer.body) as Record<string, unknown>;
  }

  const s3 = (target: string, headers: Record<string, string> = {}, method = 'GET') =>
    sendSigned(scene.endpoint.url, { method, target, headers }, scene.rootCredentials);

  it('have a result element only where the operation has an output', async () => {
    const made = await query('iam', { Action: 'CreateUser', UserName: 'shape' });
    assert.match(made.body, /<CreateUserResult><User>/);
    const deleted = await query('iam', { Action: 'DeleteUser', UserName: 'shape' });
    assert.match(deleted.body, /<DeleteUserResponse xmlns="[^"]+"><ResponseMetadata>/);
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    });
    const role = { RoleName: 'shape' };
    await query('iam', { Action: 'CreateRole', ...role, AssumeRolePolicyDocument: document });
    const updated = await query('iam', { Action: 'UpdateRole', ...role, Description: 'x' });
    assert.match(updated.body, /<UpdateRoleResult\/>/);
  });

  it('carry the text of a failure under the name that the service uses', async () => {
    const failure = await secrets('GetSecretValue', { SecretId: 'none' });
    assert.deepEqual(Object.keys(failure), ['__type', 'Message']);
  });

  it('name the stages of a secret differently in listings', async () => {
    await secrets('CreateSecret', { Name: 'shape', SecretString: 'x' });
    const one = await secrets('DescribeSecret', { SecretId: 'shape' });
    assert.ok('VersionIdsToStages' in one && !('SecretVersionsToStages' in one));
    const { SecretList } = (await secrets('ListSecrets', {})) as { SecretList: object[] };
    assert.ok(SecretList.length > 0);
    for (const entry of SecretList) {
      assert.ok('SecretVersionsToStages' in entry && !('VersionIdsToStages' in entry));
    }
  });

  it('say of which type the grantee of a bucket is', async () => {
    const { body } = await s3(`/${scene.seed.bucket}?acl=`);
    assert.match(
      body,
      /<Grantee xmlns:xsi="http:\/\/www\.w3\.org\/2001\/XMLSchema-instance" xsi:type="CanonicalUser"><ID>/,
    );
  });

  it('count the parts of an object once', async () => {
    const target = `/${scene.seed.bucket}/shape`;
    const begun = await s3(`${target}?uploads=`, {}, 'POST');
    const uploadId = /<UploadId>(.+)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const part = await s3(`${target}?partNumber=1&uploadId=${uploadId}`, {}, 'PUT');
    const etag = part.headers.etag ?? '';
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    await sendSigned(
      scene.endpoint.url,
      { method: 'POST', target: `${target}?uploadId=${uploadId}`, body },
      scene.rootCredentials,
    );
    const wanted = { 'x-amz-object-attributes': 'ObjectParts' };
    const attributes = await s3(`${target}?attributes=`, wanted);
    assert.match(attributes.body, /<ObjectParts><PartsCount>1<\/PartsCount>/);
    assert.doesNotMatch(attributes.body, /TotalPartsCount/);
  });

  it('tell of a new security group its id and ARN alone', async () => {
    const group = { GroupName: 'shape', GroupDescription: 'x' };
    const { body } = await query('ec2', { Action: 'CreateSecurityGroup', ...group });
    assert.match(body, /<groupId>sg-/);
    assert.doesNotMatch(body, /<return>/);
  });

  it('give a session no session of its own', async () => {
    const session = async (who?: Credentials) =>
      (await query('sts', { Action: 'GetSessionToken' }, who)).body;
    const text = await session();
    const of = (name: string) => new RegExp(`<${name}>(.+)</${name}>`).exec(text)?.[1] ?? '';
    const refused = await session({
      accessKeyId: of('AccessKeyId'),
      secretAccessKey: of('SecretAccessKey'),
      sessionToken: of('SessionToken'),
    });
    assert.match(
      refused,
      /<Code>AccessDenied<.*Cannot call GetSessionToken with session credentials/,
    );
  });
});
