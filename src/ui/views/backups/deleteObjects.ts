import path from 'node:path';
import * as vscode from 'vscode';
import type { S3Location } from '../../../core/aws/s3Uri.js';
import { CancelledError } from '../../../core/errors.js';
import type { Services } from '../../services.js';

/** More names than a dialog has room for. */
const mostNames = 10;

/**
 * Deletes objects one by one.
 * @throws EngineError `s3/…` for the first that cannot be deleted; CancelledError
 */
export async function deleteObjects(
  services: Services,
  objects: readonly S3Location[],
): Promise<void> {
  const { openBucket } = await import('../../../core/aws/openBucket.js');
  const { deleteObject } = await import('../../../core/aws/objects.js');
  const session = await services.aws.session();
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Deleting from S3'),
      cancellable: true,
    },
    async (progress, token) => {
      for (const object of objects) {
        if (token.isCancellationRequested) throw new CancelledError();
        progress.report({
          message: path.posix.basename(object.key),
          increment: 100 / objects.length,
        });
        const { s3 } = await openBucket(session, object.bucket);
        await deleteObject(s3, object);
      }
    },
  );
}

/** Asks whether to delete, naming the objects. @throws CancelledError */
export async function confirmDeletion(objects: readonly S3Location[]): Promise<void> {
  const [first] = objects;
  if (first === undefined) throw new CancelledError();
  const names = objects.slice(0, mostNames).map(({ bucket, key }) => `s3://${bucket}/${key}`);
  if (objects.length > mostNames) {
    names.push(vscode.l10n.t('… and {0} more', objects.length - mostNames));
  }
  const button = vscode.l10n.t('Delete');
  const chosen = await vscode.window.showWarningMessage(
    objects.length === 1
      ? vscode.l10n.t('Delete “{0}” from S3?', path.posix.basename(first.key))
      : vscode.l10n.t('Delete {0} objects from S3?', objects.length),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0}\n\nOnly a bucket with versioning keeps what is deleted.',
        names.join('\n'),
      ),
    },
    button,
  );
  if (chosen !== button) throw new CancelledError();
}
