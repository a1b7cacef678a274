import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionsHold } from '../../../src/sandbox/iam/conditions.js';
import { evaluateIdentity, evaluateResource } from '../../../src/sandbox/iam/evaluate.js';
import { parsePolicy } from '../../../src/sandbox/iam/policyDocument.js';
import { totp, totpMatches } from '../../../src/sandbox/iam/totp.js';
import { matchesArn, matchesWildcard } from '../../../src/sandbox/iam/wildcard.js';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/r`;
const session = `arn:aws:sts::${account}:assumed-role/r/s`;
const principal = { arn: session, alsoKnownAs: [role], accountId: account };

const request = (action: string, resource: string, context = {}) => ({
  principal,
  action,
  resource,
  context,
});
const identity = (...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
const resource = (...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource');

describe('policy wildcards', () => {
  it('match what a regular expression would', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        const expression = p.replaceAll('*', '.*').replaceAll('?', '.');
        assert.equal(matchesWildcard(p, t), new RegExp(`^${expression}$`).test(t));
      }),
    );
  });

  it('take no time over hostile patterns', () => {
    assert.equal(matchesWildcard('*a'.repeat(500), 'a'.repeat(499) + 'b'), false);
  });

  it('do not cross the colons of an ARN', () => {
    assert.equal(
      matchesArn('arn:aws:rds:*:111122223333:db:*', 'arn:aws:rds:us-east-1:111122223333:db:x'),
      true,
    );
    assert.equal(
      matchesArn('arn:aws:rds:*:db:*', 'arn:aws:rds:us-east-1:111122223333:db:x'),
      false,
    );
    assert.equal(matchesArn('arn:aws:s3:::b/*', 'arn:aws:s3:::b/a/b:c'), true);
    assert.equal(matchesArn('*', 'arn:aws:s3:::b'), true);
  });
});

describe('identity policies', () => {
  it('allow what they name, whatever the case of the action', () => {
    const policy = identity({ Effect: 'Allow', Action: 's3:get*', Resource: 'arn:aws:s3:::b/*' });
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b/k')), 'allow');
    assert.equal(evaluateIdentity(policy, request('s3:PutObject', 'arn:aws:s3:::b/k')), 'none');
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b')), 'none');
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::B/k')), 'none');
  });

  it('let a deny win over every allow', () => {
    const policy = identity(
      { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::b/secret/*' },
      { Effect: 'Allow', Action: '*', Resource: '*' },
    );
    assert.equal(
      evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b/secret/x')),
      'deny',
    );
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b/open')), 'allow');
  });

  it('know NotAction and NotResource', () => {
    const policy = identity({
      Effect: 'Allow',
      NotAction: ['iam:*', 'kms:*'],
      NotResource: 'arn:aws:s3:::private*',
    });
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b/k')), 'allow');
    assert.equal(evaluateIdentity(policy, request('kms:Decrypt', 'arn:aws:s3:::b/k')), 'none');
    assert.equal(
      evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::private/k')),
      'none',
    );
  });

  it('fill in variables', () => {
    const policy = identity({
      Effect: 'Allow',
      Action: 's3:*',
      Resource: 'arn:aws:s3:::b/${aws:username}/*',
    });
    const ask = (key: string) =>
      request('s3:GetObject', `arn:aws:s3:::b/${key}`, { 'aws:username': 'ann' });
    assert.equal(evaluateIdentity(policy, ask('ann/x')), 'allow');
    assert.equal(evaluateIdentity(policy, ask('bob/x')), 'none');
    assert.equal(evaluateIdentity(policy, request('s3:GetObject', 'arn:aws:s3:::b//x')), 'none');
  });
});

describe('resource policies', () => {
  const statement = (Principal: unknown, Effect = 'Allow') => ({
    Effect,
    Principal,
    Action: 'kms:*',
    Resource: '*',
  });
  const verdict = (...statements: object[]) =>
    evaluateResource(resource(...statements), request('kms:Decrypt', 'arn:aws:kms:::key/x'));

  it('name principals by role, session, account or everyone', () => {
    assert.equal(verdict(statement({ AWS: role })), 'allow');
    assert.equal(verdict(statement({ AWS: [session] })), 'allow');
    assert.equal(verdict(statement('*')), 'allow');
    assert.equal(verdict(statement({ AWS: '*' })), 'allow');
    assert.equal(verdict(statement({ AWS: account })), 'account');
    assert.equal(verdict(statement({ AWS: `arn:aws:iam::${account}:root` })), 'account');
    assert.equal(verdict(statement({ AWS: '444455556666' })), 'none');
    assert.equal(verdict(statement({ Service: 'rds.amazonaws.com' })), 'none');
  });

  it('deny by principal and by its absence', () => {
    assert.equal(verdict(statement('*'), statement({ AWS: role }, 'Deny')), 'deny');
    assert.equal(verdict(statement('*'), statement({ AWS: account }, 'Deny')), 'deny');
    const unless = { Effect: 'Deny', NotPrincipal: { AWS: role }, Action: 'kms:*', Resource: '*' };
    assert.equal(verdict(statement('*'), unless), 'allow');
  });

  it('let a service assume a role from its own resources only', () => {
    const trust = parsePolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'rds.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': account },
            ArnLike: {
              'aws:SourceArn': [`arn:aws:rds:*:${account}:db:a`, `arn:aws:rds:*:${account}:og:*`],
            },
          },
        },
      }),
      'trust',
    );
    const service = {
      arn: 'rds.amazonaws.com',
      service: 'rds.amazonaws.com',
      accountId: '',
      alsoKnownAs: [],
    };
    const ask = (sourceArn: string) =>
      evaluateResource(trust, {
        principal: service,
        action: 'sts:AssumeRole',
        resource: role,
        context: { 'aws:sourceaccount': account, 'aws:sourcearn': sourceArn },
      });
    assert.equal(ask(`arn:aws:rds:us-east-1:${account}:db:a`), 'allow');
    assert.equal(ask(`arn:aws:rds:us-east-1:${account}:og:x`), 'allow');
    assert.equal(ask(`arn:aws:rds:us-east-1:${account}:db:b`), 'none');
  });
});

describe('conditions', () => {
  const holds = (operator: string, key: string, wanted: string | string[], context: object) =>
    conditionsHold({ [operator]: { [key]: [wanted].flat() } }, context as Record<string, string>);

  it('compare in every way that is documented', () => {
    const context = {
      's3:prefix': 'backups/x',
      'aws:sourceip': '10.1.2.3',
      'aws:securetransport': 'false',
      's3:max-keys': '50',
      'aws:currenttime': '2025-03-04T12:00:00Z',
      tags: ['a', 'b'],
    };
    const cases: [boolean, string, string, string | string[]][] = [
      [true, 'StringEquals', 's3:prefix', 'backups/x'],
      [true, 'StringEquals', 'S3:Prefix', ['no', 'backups/x']],
      [false, 'StringEquals', 's3:prefix', 'Backups/x'],
      [true, 'StringEqualsIgnoreCase', 's3:prefix', 'BACKUPS/X'],
      [true, 'StringLike', 's3:prefix', 'backups/*'],
      [false, 'StringNotLike', 's3:prefix', ['nothing', 'backups/*']],
      [true, 'StringNotEquals', 's3:prefix', 'y'],
      [true, 'Bool', 'aws:SecureTransport', 'false'],
      [false, 'Bool', 'aws:SecureTransport', 'true'],
      [true, 'NumericLessThanEquals', 's3:max-keys', '50'],
      [false, 'NumericGreaterThan', 's3:max-keys', '50'],
      [true, 'DateGreaterThan', 'aws:CurrentTime', '2025-01-01T00:00:00Z'],
      [true, 'IpAddress', 'aws:SourceIp', '10.0.0.0/8'],
      [false, 'IpAddress', 'aws:SourceIp', '10.1.2.4/32'],
      [true, 'NotIpAddress', 'aws:SourceIp', '192.168.0.0/16'],
      [true, 'Null', 'kms:ViaService', 'true'],
      [false, 'Null', 's3:prefix', 'true'],
      [false, 'StringEquals', 'absent', 'x'],
      [true, 'StringEqualsIfExists', 'absent', 'x'],
      [true, 'StringNotEquals', 'absent', 'x'],
      [true, 'ForAnyValue:StringEquals', 'tags', 'b'],
      [false, 'ForAllValues:StringEquals', 'tags', 'b'],
      [true, 'ForAllValues:StringEquals', 'tags', ['a', 'b', 'c']],
      [true, 'ForAllValues:StringEquals', 'absent', 'x'],
      [false, 'ForAnyValue:StringEquals', 'absent', 'x'],
      [false, 'Unheard', 's3:prefix', 'backups/x'],
    ];
    for (const [expected, operator, key, wanted] of cases) {
      assert.equal(
        holds(operator, key, wanted, context),
        expected,
        `${operator} ${key} ${String(wanted)}`,
      );
    }
  });
});

describe('policy documents', () => {
  it('are refused with the reason', () => {
    const bad: [string, RegExp][] = [
      ['{', /Syntax errors/],
      ['[]', /Syntax errors/],
      ['{}', /at least one statement/],
      ['{"Version":"2020-01-01","Statement":[{}]}', /valid version/],
      ['{"Statement":{"Effect":"Allow","Action":"s3:*"}}', /must contain resources/],
      ['{"Statement":{"Effect":"Allow","Resource":"*"}}', /must contain actions/],
      ['{"Statement":{"Action":"s3:*","Resource":"*"}}', /Effect/],
      ['{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}', /vendor/],
      ['{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}', /ARN format/],
      [
        '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}}',
        /principal/,
      ],
      ['{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Bogus":1}}', /Bogus/],
      ['{"Statement":{"Effect":"Allow","Action":[{}],"Resource":"*"}}', /must hold strings/],
    ];
    for (const [text, reason] of bad) {
      assert.throws(
        () => parsePolicy(text, 'identity'),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'MalformedPolicyDocument', text);
          assert.match(error.message, reason, text);
          return true;
        },
      );
    }
    const trust = '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}';
    assert.throws(() => parsePolicy(trust, 'trust'), /specify a principal/);
  });
});

describe('one-time passwords', () => {
  // RFC 6238, appendix B: the SHA-1 seed is "12345678901234567890"; last six of its eight digits.
  const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  it('are those of the RFC', () => {
    const vectors: [number, string][] = [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_234_567_890, '005924'],
      [20_000_000_000, '353130'],
    ];
    for (const [seconds, code] of vectors) assert.equal(totp(seed, seconds * 1000), code);
  });
  it('are taken half a minute early and late', () => {
    assert.equal(totpMatches(seed, '287082', 59_000 + 30_000), true);
    assert.equal(totpMatches(seed, '287082', 59_000 + 61_000), false);
  });
});
