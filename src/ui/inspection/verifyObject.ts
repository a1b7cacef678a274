import * as vscode from 'vscode';
import type { S3Location } from '../../core/aws/s3Uri.js';
import { formatBytes } from '../../core/text/units.js';
import type { Services } from '../services.js';
import { inNotification } from '../work/inNotification.js';
import { nameOf } from './backupLocation.js';

/**
 * *Verify Object…*: the round-trip proof, by some kilobytes of the object.
 * @throws what `verifyObject` of the engine throws
 */
export async function verify(services: Services, object: S3Location): Promise<void> {
  const name = nameOf(object);
  const { plaintextBytes, keyArn } = await inNotification(
    services.work,
    'verify',
    vscode.l10n.t('Verification of {0}', name),
    async ({ signal }) => {
      const { openBucket } = await import('../../core/aws/openBucket.js');
      const { verifyObject } = await import('../../core/transfer/verify.js');
      const { s3, keys } = await openBucket(await services.aws.session(), object.bucket, signal);
      return verifyObject({ ...object, s3, keys, signal });
    },
  );
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Verified “{0}”: its first and last blocks decrypt to a SQL Server backup of {1}, with key {2}.',
      name,
      formatBytes(plaintextBytes),
      keyArn,
    ),
  );
}
