import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readability } from '../../../../src/core/envelope/readability.js';
import { parseEnvelope } from '../../../../src/core/envelope/parse.js';
import { EngineError } from '../../../../src/core/errors.js';
import type { EnvelopeFacts } from '../../../../src/core/inspection/inspection.js';
import { inspectFile } from '../../../../src/core/inspection/inspectFile.js';
import type { ObjectEnvelope } from '../../../../src/core/transfer/objectEnvelope.js';
import { inspectionMarkdown } from '../../../../src/ui/inspection/inspectionMarkdown.js';
import { metadataRows, objectRows } from '../../../../src/ui/inspection/objectRows.js';
import { restoreVerdict, verdictIcon } from '../../../../src/ui/inspection/restoreVerdict.js';
import { fixture } from '../../../support/paths.js';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/6bd5e1b5-8a6b-4a5b-9d4e-111111111111';
const v1 = {
  'x-amz-key': Buffer.alloc(180, 1).toString('base64'),
  'x-amz-iv': Buffer.alloc(16, 0xab).toString('base64'),
  'x-amz-matdesc': '{}',
  'x-amz-unencrypted-content-length': '1000',
};

function objectWith(metadata: Record<string, string>): ObjectEnvelope {
  const reading = parseEnvelope(metadata);
  return {
    ...{ bucket: 'sql-backups', key: 'nightly/full.bak', size: 1008, etag: '"abc-3"' },
    lastModified: new Date(Date.UTC(2024, 2, 1, 3, 4, 5)),
    ...{ partCount: 3, metadata, serverSideEncryption: 'AES256' },
    envelope: reading.kind === 'envelope' ? reading.envelope : undefined,
  };
}

function factsOf({ envelope }: ObjectEnvelope, known: Partial<EnvelopeFacts> = {}): EnvelopeFacts {
  return {
    ...{ keyArn: undefined, plaintextBytes: undefined, ...known },
    readability: envelope && readability(envelope),
  };
}

describe('Whether RDS can restore an object', () => {
  const encrypted = objectWith(v1);

  it('names the key that opened it', () => {
    assert.deepEqual(restoreVerdict(factsOf(encrypted, { keyArn })), { kind: 'with-key', keyArn });
  });

  it('needs no key for what is not encrypted', () => {
    const verdict = restoreVerdict(factsOf(objectWith({ owner: 'DBA' })));
    assert.equal(verdict.kind, 'no-key');
    assert.equal(verdictIcon[verdict.kind], 'pass');
  });

  it('leaves it open where only this user lacks a right', () => {
    const denied = new EngineError('kms/access-denied', 'You may not use the key.');
    assert.deepEqual(restoreVerdict(factsOf(encrypted), denied), {
      kind: 'not-opened',
      why: 'You may not use the key.',
    });
  });

  for (const code of ['envelope/decrypt-failed', 'kms/wrong-context-or-blob', 's3/archived']) {
    it(`says no after ${code}`, () => {
      const verdict = restoreVerdict(factsOf(encrypted), new EngineError(code, 'Damaged.'));
      assert.deepEqual(verdict, { kind: 'never', why: 'Damaged.' });
      assert.equal(verdictIcon[verdict.kind], 'error');
    });
  }

  it('says no for AES-GCM, whatever else went wrong', () => {
    const gcm = objectWith({
      ...{ 'x-amz-key-v2': v1['x-amz-key'], 'x-amz-iv': Buffer.alloc(12).toString('base64') },
      ...{ 'x-amz-wrap-alg': 'kms+context', 'x-amz-cek-alg': 'AES/GCM/NoPadding' },
      ...{ 'x-amz-tag-len': '128', 'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}' },
    });
    const verdict = restoreVerdict(factsOf(gcm, { keyArn }), new EngineError('s3/failed', 'No.'));
    assert.equal(verdict.kind, 'never');
    assert.match('why' in verdict ? verdict.why : '', /AES-GCM/);
  });

  it('is careful with a description that no known restore had', () => {
    const odd = objectWith({ ...v1, 'x-amz-matdesc': '{"team":"dba"}' });
    assert.equal(restoreVerdict(factsOf(odd, { keyArn })).kind, 'unproven');
  });
});

describe('The rows of an object', () => {
  it('tell the envelope, the key, and how S3 keeps it', () => {
    const object = objectWith(v1);
    const rows = new Map(
      objectRows(object, factsOf(object, { keyArn, plaintextBytes: 1000 }), 'STANDARD_IA'),
    );
    assert.equal(rows.get('Envelope'), 'V1');
    assert.equal(rows.get('KMS key'), keyArn);
    assert.equal(rows.get('IV'), 'ab'.repeat(16));
    assert.equal(rows.get('Material description'), '{}');
    assert.equal(rows.get('Plaintext size'), '1000 bytes');
    assert.match(rows.get('In S3') ?? '', /AES256/);
    assert.equal(rows.get('Storage class'), 'STANDARD_IA');
    assert.equal(rows.get('ETag'), 'abc-3');
    assert.equal(rows.get('Parts'), '3');
  });

  it('leave out what nobody knows', () => {
    const object = objectWith({});
    const labels = objectRows(object, factsOf(object)).map(([label]) => label);
    assert.deepEqual(labels, ['In S3', 'Uploaded', 'Envelope', 'ETag', 'Parts']);
  });

  it('give every entry of the metadata as it is stored', () => {
    assert.deepEqual(
      metadataRows(objectWith({ owner: 'DBA', ...v1 })),
      Object.entries({ owner: 'DBA', ...v1 }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
});

describe('The account of a backup', () => {
  it('has the sets, the files and the object', async () => {
    const file = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
    const { header } = await inspectFile(file);
    const object = objectWith(v1);
    const facts = factsOf(object, { keyArn });
    assert.ok(header);
    const text = inspectionMarkdown(
      'full.bak',
      { location: 's3://sql-backups/nightly/full.bak', object, facts, header },
      'RDS can restore this',
    );
    assert.match(text, /^# full\\\.bak\n\ns3\\:\\\/\\\/sql\\-backups/);
    assert.match(text, /\n\n\*\*RDS can restore this\*\*\n\n/);
    assert.match(
      text,
      /\n## NORTHWIND\n\n\| {2}\| {2}\|\n\| --- \| --- \|\n\| Database \| NORTHWIND \|/,
    );
    assert.match(text, /\n### Database files\n\n\| File \| Logical name \| Size \|/);
    assert.match(text, /\| KMS key \| arn\\:aws\\:kms/);
    assert.match(text, /\n## Metadata\n/);
  });

  it('takes nothing from names as markup', () => {
    const text = inspectionMarkdown('a|b [x](command:y) <img>\n# c.bak', {
      location: 'C:\\backups\\*.bak',
      error: new EngineError('backupFile/not-a-backup', 'It is `text`.'),
    });
    assert.equal(
      text,
      [
        '# a\\|b \\[x\\]\\(command\\:y\\) \\<img\\> \\# c\\.bak',
        'C\\:\\\\backups\\\\\\*\\.bak',
        '## Not readable',
        'It is \\`text\\`\\.',
        '',
      ].join('\n\n'),
    );
  });
});
