import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { CloudScene, type Credentials, named } from '../../support/cloud.js';
import { hmac, sendRaw, sendSigned, signRequest } from '../../support/rawRequest.js';

describe('Signatures on the wire', () => {
  let scene: CloudScene;
  let root: Credentials;
  before(async () => {
    scene = await CloudScene.start();
    root = scene.rootCredentials;
  });
  after(() => scene.stop());

  it('of an unknown key or a wrong secret are refused in every protocol', async () => {
    const unknown = { ...root, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    const wrong = { ...root, secretAccessKey: 'wrong' };
    const s3 = (credentials: Credentials) =>
      scene.s3({ credentials }).send(new ListBucketsCommand({}));
    await assert.rejects(s3(unknown), named('InvalidAccessKeyId'));
    await assert.rejects(s3(wrong), named('SignatureDoesNotMatch'));
    const sts = (credentials: Credentials) =>
      scene.sts('us-east-1', credentials).send(new GetCallerIdentityCommand({}));
    await assert.rejects(sts(unknown), named('InvalidClientTokenId'));
    await assert.rejects(sts(wrong), named('SignatureDoesNotMatch'));
    const kms = (credentials: Credentials) =>
      scene.kms('us-east-1', credentials).send(new ListKeysCommand({}));
    await assert.rejects(kms(unknown), named('UnrecognizedClientException'));
    await assert.rejects(kms(wrong), named('InvalidSignatureException'));
    const ec2 = (credentials: Credentials) =>
      scene.ec2(credentials).send(new DescribeSecurityGroupsCommand({}));
    await assert.rejects(ec2(unknown), named('AuthFailure'));
    const token = { ...root, sessionToken: 'made up' };
    await assert.rejects(s3(token), named('InvalidToken'));
    await assert.rejects(sts(token), named('InvalidClientTokenId'));
  });

  it('that are too old or too new are refused', async () => {
    const { url } = scene.endpoint;
    const minutes = (n: number) => new Date(Date.now() + n * 60_000);
    for (const n of [-16, 16]) {
      const s3 = await sendSigned(url, { method: 'GET', target: '/', date: minutes(n) }, root);
      assert.equal(s3.status, 403);
      assert.match(s3.body, /<Code>RequestTimeTooSkewed</);
      const body = 'Action=GetCallerIdentity&Version=2011-06-15';
      const request = { method: 'POST', target: '/', body, service: 'sts', date: minutes(n) };
      const sts = await sendSigned(url, request, root);
      assert.equal(sts.status, 403);
      assert.match(sts.body, /<Code>SignatureDoesNotMatch</);
      assert.match(
        sts.body,
        n < 0 ? /Signature expired: \d{8}T\d{6}Z is now earlier/ : /not yet current/,
      );
    }
    const fine = await sendSigned(url, { method: 'GET', target: '/', date: minutes(-14) }, root);
    assert.equal(fine.status, 200);
  });

  it('cover the body, the query and every x-amz header', async () => {
    const { url } = scene.endpoint;
    const host = new URL(url).host;
    const target = `/${scene.seed.bucket}/covered`;
    const put = { method: 'PUT', target, body: 'honest' };
    const { headers } = signRequest(host, put, root);
    const changedBody = await sendRaw(url, { ...put, headers, body: 'forged' });
    assert.match(changedBody.body, /<Code>XAmzContentSHA256Mismatch</);
    const changedKey = await sendRaw(url, { ...put, headers, target: `${target}2` });
    assert.match(changedKey.body, /<Code>SignatureDoesNotMatch</);
    const added = await sendRaw(url, { ...put, headers: { ...headers, 'x-amz-meta-a': 'b' } });
    assert.match(added.body, /<Code>AccessDenied<.*not signed: x-amz-meta-a/);
    const query = await sendRaw(url, { ...put, headers, target: `${target}?x=y` });
    assert.match(query.body, /<Code>SignatureDoesNotMatch</);
    await assert.rejects(
      scene.s3().send(new GetObjectCommand({ Bucket: scene.seed.bucket, Key: 'covered' })),
      named('NoSuchKey'),
    );

    const sts = { method: 'POST', target: '/', body: 'Action=GetCallerIdentity', service: 'sts' };
    const signed = signRequest(host, sts, root);
    const forged = await sendRaw(url, {
      ...sts,
      headers: signed.headers,
      body: 'Action=AssumeRole',
    });
    assert.match(forged.body, /<Code>SignatureDoesNotMatch</);
  });

  it('of signed chunks are verified one by one', async () => {
    const { url } = scene.endpoint;
    const { bucket } = scene.seed;
    const emptyHash = createHash('sha256').digest('hex');
    const parts = ['a'.repeat(70_000), 'b'.repeat(1000), ''];
    const send = (key: string, tamper: (text: string) => string) => {
      const request = {
        method: 'PUT',
        target: `/${bucket}/${key}`,
        payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        headers: { 'x-amz-decoded-content-length': '71000', 'content-encoding': 'aws-chunked' },
      };
      const {
        headers,
        key: signing,
        amzDate,
        scope,
        signature,
      } = signRequest(new URL(url).host, request, root);
      let previous = signature;
      const body = parts.map((part) => {
        const hash = createHash('sha256').update(part).digest('hex');
        const text = ['AWS4-HMAC-SHA256-PAYLOAD', amzDate, scope, previous, emptyHash, hash];
        previous = hmac(signing, text.join('\n')).toString('hex');
        return `${part.length.toString(16)};chunk-signature=${previous}\r\n${part}\r\n`;
      });
      return sendRaw(url, { ...request, headers, body: tamper(body.join('')) });
    };
    const good = await send('chunks', (text) => text);
    assert.equal(good.status, 200, good.body);
    const answer = await scene.s3().send(new GetObjectCommand({ Bucket: bucket, Key: 'chunks' }));
    assert.equal(await answer.Body!.transformToString(), parts.join(''));
    assert.equal(answer.ContentEncoding, undefined);
    const bad = await send('tampered', (text) => text.replace('\r\nbbb', '\r\nbxb'));
    assert.match(bad.body, /<Code>SignatureDoesNotMatch</);
    const cut = await send('cut', (text) => text.slice(0, 60_000));
    assert.match(cut.body, /<Code>IncompleteBody</);
  });

  it('in a URL work until it expires', async () => {
    const { bucket } = scene.seed;
    await scene.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'signed url', Body: 'x' }));
    const { url } = scene.endpoint;
    const presign = (date: Date, seconds: number) => {
      const amzDate = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
      const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
      const query =
        `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${root.accessKeyId}/${scope}`)}` +
        `&X-Amz-Date=${amzDate}&X-Amz-Expires=${String(seconds)}&X-Amz-SignedHeaders=host`;
      const path = `/${bucket}/signed%20url`;
      const canonical = [
        'GET',
        path,
        query,
        `host:${new URL(url).host}`,
        '',
        'host',
        'UNSIGNED-PAYLOAD',
      ].join('\n');
      const hash = createHash('sha256').update(canonical).digest('hex');
      const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${root.secretAccessKey}`);
      const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, hash].join('\n')).toString(
        'hex',
      );
      return `${path}?${query}&X-Amz-Signature=${signature}`;
    };
    const get = (target: string) =>
      sendRaw(url, { method: 'GET', target, headers: { host: new URL(url).host } });
    const fresh = await get(presign(new Date(), 60));
    assert.deepEqual([fresh.status, fresh.body], [200, 'x']);
    const late = await get(presign(new Date(Date.now() - 120_000), 60));
    assert.match(late.body, /Request has expired/);
    const endless = await get(presign(new Date(), 700_000));
    assert.equal(endless.status, 400);
  });

  it('are asked for', async () => {
    const { url } = scene.endpoint;
    const headers = { host: new URL(url).host };
    const s3 = await sendRaw(url, { method: 'GET', target: `/${scene.seed.bucket}/x`, headers });
    assert.deepEqual([s3.status, /<Code>AccessDenied</.test(s3.body)], [403, true]);
    const query = await sendRaw(url, {
      method: 'POST',
      target: '/',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'Action=GetCallerIdentity',
    });
    assert.match(query.body, /<ErrorResponse.*<Code>MissingAuthenticationToken</s);
    const json = await sendRaw(url, {
      method: 'POST',
      target: '/',
      headers: { ...headers, 'x-amz-target': 'TrentService.ListKeys' },
      body: '{}',
    });
    const { __type } = JSON.parse(json.body) as { __type: string };
    assert.equal(__type, 'MissingAuthenticationTokenException');
  });

  it('for services and calls that the sandbox lacks get a plain answer', async () => {
    const { url } = scene.endpoint;
    const service = await sendSigned(
      url,
      {
        method: 'POST',
        target: '/',
        body: '{}',
        service: 'dynamodb',
        headers: { 'x-amz-target': 'X.Y' },
      },
      root,
    );
    assert.match(service.body, /does not implement the service \\?"dynamodb/);
    const call = await sendSigned(
      url,
      {
        method: 'POST',
        target: '/',
        body: 'Action=PurchaseReservedDBInstancesOffering',
        service: 'rds',
      },
      root,
    );
    assert.match(call.body, /The sandbox does not implement rds:PurchaseReserved/);
    for (const name of ['constructor', '__proto__', 'toString']) {
      const strange = await sendSigned(
        url,
        { method: 'POST', target: '/', body: `Action=${name}`, service: 'iam' },
        root,
      );
      assert.match(strange.body, /<Code>InvalidAction</);
    }
  });
});
