import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue } from '../../../../src/core/diagnosis/catalogue.js';
import type { Diagnosis } from '../../../../src/core/diagnosis/diagnosis.js';
import { commandIds } from '../../../../src/ui/ids.js';
import { documentationOf } from '../../../../src/ui/transcript/documentation.js';
import { failureMarkdown } from '../../../../src/ui/transcript/failureMarkdown.js';
import { remediesOf } from '../../../../src/ui/transcript/remedies.js';
import { taskRow } from '../../nativeTasks/tasks.js';
import { instanceArn, keyArn, objectArn } from './rows.js';

const wrongKey = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
const location = { bucket: 'acme-backups', key: 'full/Northwind.bak' };
const task = {
  ...{ instanceArn, instanceId: 'prod-sql', taskId: 7 },
  row: taskRow({ lifecycle: 'ERROR', s3ObjectArn: objectArn, kmsKeyArn: wrongKey }),
  situation: {
    object: {
      location: 's3://acme-backups/full/Northwind.bak',
      envelope: { format: 'v1', wrappingKey: keyArn },
    },
  },
} as const;

describe('what helps against a failure', () => {
  it('restores with the key that wrapped the data key', () => {
    for (const id of ['encrypted-backup-no-key', 'kms-key-does-not-exist']) {
      assert.deepEqual(remediesOf({ id }, { task })[0], {
        kind: 'restore-with-key',
        command: commandIds.restore,
        subject: { location, databaseName: 'Sales', kmsKeyArn: keyArn },
      });
    }
  });

  it('encrypts and uploads again, or restores without a key', () => {
    assert.deepEqual(remediesOf({ id: 'cse-metadata-incomplete' }, { task }), [
      {
        kind: 'encrypt-and-upload',
        command: commandIds.upload,
        subject: { location: { bucket: 'acme-backups', key: 'full/' } },
      },
      {
        kind: 'restore-without-key',
        command: commandIds.restore,
        subject: { location, databaseName: 'Sales', kmsKeyArn: null },
      },
    ]);
  });

  it('opens the console where the role and the option are', () => {
    const [remedy] = remediesOf({ id: 'access-denied' }, { task });
    assert.equal(remedy?.command, commandIds.openConsole);
    assert.match(String(remedy.subject['consoleUrl']), /eu-central-1.*database:id=prod-sql/);
    assert.deepEqual(remediesOf({ id: 'access-denied' }, {}), [], 'not without an instance');
  });

  it('signs in again', () => {
    const [remedy] = remediesOf({ id: 'aws-expired-token' }, {});
    assert.equal(remedy?.command, commandIds.renewCredentials);
  });

  it('bears ARNs that name no object in a bucket', () => {
    for (const s3ObjectArn of ['', 'nonsense', undefined]) {
      const odd = { ...task, row: { ...task.row, s3ObjectArn } };
      assert.deepEqual(remediesOf({ id: 'media-family-malformed' }, { task: odd }), []);
    }
  });

  it('only speaks of failures that the catalogue has', () => {
    const known = catalogue().filter(({ id }) => remediesOf({ id }, { task }).length > 0);
    assert.equal(known.length, 39);
    assert.deepEqual(remediesOf({ id: 'no-such-failure' }, { task }), []);
  });
});

describe('AWS’s page about a failure', () => {
  it('is given where AWS describes it', () => {
    assert.match(
      documentationOf('bucket-other-region') ?? '',
      /^https:\/\/docs\.aws\.amazon\.com\//,
    );
    assert.equal(documentationOf('filestream'), undefined);
    assert.equal(documentationOf('no-such-failure'), undefined);
  });
});

describe('an explanation in Markdown', () => {
  const diagnosis: Diagnosis = {
    ...{ id: 'x', title: 'A [title]', cause: 'Because of <b>x</b>.', fix: 'Use *y*.' },
    ...{ severity: 'error', role: 'cause', stage: 'task', captured: {}, situationNotes: ['`n`'] },
  } as const;

  it('lets no text become markup', () => {
    assert.equal(
      failureMarkdown(diagnosis),
      '**A \\[title\\]**\n\n**Here** \\`n\\`\n\n**Cause** Because of \\<b\\>x\\</b\\>\\.\n\n**Fix** Use \\*y\\*\\.',
    );
  });

  it('links commands whose arguments hold brackets', () => {
    const subject = { databaseName: 'Sales (2) ä' };
    const links = [{ title: 'Restore…', command: 'rdsBackup.database.restore', subject }];
    const markdown = failureMarkdown(diagnosis, { links });
    const [, query = ''] =
      /\]\(command:rdsBackup\.database\.restore\?([^()\s]+)\)$/m.exec(markdown) ?? [];
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [subject]);
  });
});
