import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { sharedFolder, skipWithoutShared } from '../../support/paths.js';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, databaseNames, plainInfo, restore, waitFor } from './tasks.js';

/** The three failures of the walk-through, word for word (white space collapsed). */
const frame = 'Aborted the task because of a task failure or a concurrent RESTORE_DB request.';
const incomplete = `${frame} Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.`;
const withoutKey = (device: string, key: string) =>
  `Task execution has started. The media family on device ‘${device}’ is incorrectly formed. SQL Server cannot process this media family. RESTORE FILELIST is terminating abnormally. ${frame} ${key}: S3 processing has been aborted Invalid attempt to read when no data is present.`;
const wrongKey = (arn: string) => `${frame} Key ‘${arn}’ does not exist`;

describe('the failures of the walk-through', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let keyArn: string;

  before(async () => {
    servers = await startSqlServers();
    pool = await servers.connect();
    keyArn = servers.cloud.addKey();
  });
  after(() => servers.close());

  async function failedInfo(arn: string, key?: string): Promise<string> {
    const taskId = await restore(pool, 'savetool', arn, key ? { kms_master_key_arn: key } : {});
    const row = await waitFor(pool, taskId);
    assert.equal(row.lifecycle, 'ERROR');
    assert.deepEqual(await databaseNames(pool), []);
    return plainInfo(row);
  }

  it('a plain object restored with a key', async () => {
    const arn = servers.cloud.put('plain/savetool.bak', backup());
    assert.equal(await failedInfo(arn, keyArn), incomplete);
  });

  it('an encrypted object restored without a key', async () => {
    const key = 'encrypted/savetool.bak';
    const arn = servers.cloud.putEncrypted(key, backup(), keyArn);
    const info = await failedInfo(arn);
    const device = /device ‘([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})’/.exec(info)?.[1];
    assert.ok(device, info);
    assert.equal(info, withoutKey(device, key));
  });

  it('a key that does not exist', async () => {
    const arn = servers.cloud.putEncrypted('wrong/savetool.bak', backup(), keyArn);
    const missing = keyArn.replace(/[0-9a-f]{12}$/, '000000000000');
    assert.equal(await failedInfo(arn, missing), wrongKey(missing));
  });

  it('a key that exists but did not wrap the data key', async () => {
    const arn = servers.cloud.putEncrypted('wrong/other.bak', backup(), keyArn);
    const other = servers.cloud.addKey();
    assert.equal(await failedInfo(arn, other), wrongKey(other));
  });

  it('are the texts of the published traces', { skip: skipWithoutShared }, async () => {
    const trace = async (name: string) => {
      const file = path.join(sharedFolder ?? '', 'reference', 'traces', name);
      const text = (await readFile(file, 'utf8')).replace(/^#.*\n/, '');
      return text.replace(/\s+/g, ' ').trim();
    };
    assert.equal(await trace('02-restore-fail-object-metadata-incomplete-2016.txt'), incomplete);
    assert.equal(
      await trace('03-restore-fail-encrypted-without-key-2016.txt'),
      withoutKey('A8CC538B-E965-472C-BA49-2F556993784B', '<filename>.bak'),
    );
    // The source masks the account number and puts a blank before it.
    const masked = 'arn:aws:kms:us-east-1: xxxxxxxxxxxx:key/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
    assert.equal(await trace('04-restore-fail-wrong-kms-key-2016.txt'), wrongKey(masked));
  });
});
