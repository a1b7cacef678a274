import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { trustedCertificates } from '../../../src/core/sql/tlsOptions.js';

describe('trusted certificates', () => {
  let folder = '';
  const file = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rds-backup-ca-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are those of RDS', async () => {
    const certificates = await trustedCertificates(undefined);
    assert.ok(certificates.length > 50);
    const subjects = certificates.map((pem) => new X509Certificate(pem).subject);
    assert.ok(
      subjects.some((subject) => subject.includes('Amazon RDS eu-west-1 Root CA RSA2048 G1')),
    );
  });

  it('and all of the CA file, whatever stands between them and however lines end', async () => {
    const one = (await generate([{ name: 'commonName', value: 'one' }])).cert;
    const two = (await generate([{ name: 'commonName', value: 'two' }])).cert;
    const text = `# my CAs\n${one}\nsubject: two\n${two.replaceAll('\n', '\r\n')}\n`;
    await writeFile(file('both ä.pem'), `\uFEFF${text}`);
    const rds = await trustedCertificates(undefined);
    const all = await trustedCertificates(file('both ä.pem'));
    assert.deepEqual(
      all.slice(rds.length).map((pem) => new X509Certificate(pem).subject),
      ['CN=one', 'CN=two'],
    );
  });

  it('a file that is not there, or a folder, is named', async () => {
    for (const name of ['none.pem', '.']) {
      await assert.rejects(trustedCertificates(file(name)), {
        code: 'sql/ca-file-unreadable',
        message: new RegExp(name === '.' ? 'rds-backup-ca-' : name),
      });
    }
  });

  it('a file without PEM certificates, or with a damaged one, is refused', async () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    for (const content of ['', 'der \x30\x82', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n', broken]) {
      await writeFile(file('bad.pem'), content);
      await assert.rejects(trustedCertificates(file('bad.pem')), { code: 'sql/ca-file-not-pem' });
    }
  });
});
