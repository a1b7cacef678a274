import * as vscode from 'vscode';
import type { AwsSession } from '../../../core/aws/session.js';
import { CancelledError, EngineError } from '../../../core/errors.js';
import { ask } from '../../input/quickInput.js';
import { abortedBy } from '../../abortedBy.js';
import type { Services } from '../../services.js';
import { keepBucket } from './addedBuckets.js';
import { bucketPlaceProblem, type BucketPlace, parseBucketPlace } from './bucketInput.js';

/**
 * *Add Bucket…*: asks for a name or location, looks whether it is there, and remembers it.
 * @throws EngineError `s3/…`, `aws/…`
 */
export async function addBucket(services: Services): Promise<void> {
  const typed = await ask(vscode.l10n.t('Add Bucket')).text({
    prompt: vscode.l10n.t('Name of a bucket, or s3://bucket/prefix for a part of one'),
    placeholder: 's3://bucket/prefix/',
    problem: bucketPlaceProblem,
  });
  const place = parseBucketPlace(typed);
  const session = await services.aws.session();
  const looked = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking for bucket {0}', place.bucket),
      cancellable: true,
    },
    (_progress, token) => abortedBy(token, (signal) => look(session, place, signal)),
  );
  if (!looked.canList && !(await addAnyway(place))) throw new CancelledError();
  await keepBucket(services, { ...place, region: looked.region });
}

async function look(session: AwsSession, { bucket, prefix }: BucketPlace, signal: AbortSignal) {
  const { openBucket } = await import('../../../core/aws/openBucket.js');
  const { listObjects } = await import('../../../core/aws/objects.js');
  const { s3, region } = await openBucket(session, bucket, signal);
  try {
    await listObjects(s3, { bucket, prefix, pageSize: 1 }, signal);
    return { region, canList: true };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 's3/access-denied') throw error;
    return { region, canList: false };
  }
}

/** Who may only write, for example, can still upload there. */
async function addAnyway({ bucket, prefix }: BucketPlace): Promise<boolean> {
  const add = vscode.l10n.t('Add Anyway');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('These credentials may not list s3://{0}.', `${bucket}/${prefix}`),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Its objects would not be shown (s3:ListBucket). A right for only a part of the bucket needs its prefix: s3://bucket/prefix/.',
      ),
    },
    add,
  );
  return chosen === add;
}
