import * as vscode from 'vscode';
import { bucketNameProblem } from '../../core/aws/s3Names.js';
import { parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { EngineError } from '../../core/errors.js';
import { type PickRow, type StepInput } from '../input/steps.js';
import { type Services } from '../services.js';
import { bucketsOfPlace } from '../views/backups/addedBuckets.js';

/**
 * Asks for a bucket: those that can be listed and those added by name, or a name or `s3://` location
 * typed. The key of the answer is the prefix that was typed along, or empty.
 */
export function askBucket(
  services: Services,
  input: StepInput,
  last: string | undefined,
): Promise<S3Location> {
  return input.pick<S3Location>({
    placeholder: vscode.l10n.t(
      'Bucket to upload to; type a name or s3://bucket/prefix for another',
    ),
    items: bucketRows(services),
    preselect: ({ bucket }) => bucket === last,
    typed: (text) => {
      const location = typedLocation(text);
      return (
        location && {
          label: vscode.l10n.t('Use {0}', `s3://${location.bucket}/${location.key}`),
          icon: 'arrow-right',
          value: location,
        }
      );
    },
  });
}

async function bucketRows(services: Services): Promise<PickRow<S3Location>[]> {
  const { listBuckets } = await import('../../core/aws/buckets.js');
  const session = await services.aws.session();
  const added = bucketsOfPlace(services).map((name) => ({ name, region: undefined }));
  try {
    const listed = await listBuckets(session);
    const others = added.filter(({ name }) => !listed.some((bucket) => bucket.name === name));
    return [...listed, ...others].map(({ name, region }) => ({
      label: name,
      icon: 'archive',
      description: region === undefined || region === session.region ? '' : region,
      value: { bucket: name, key: '' },
    }));
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'aws/access-denied') throw error;
    return [
      ...added.map(({ name }) => ({
        label: name,
        icon: 'archive',
        value: { bucket: name, key: '' },
      })),
      {
        info: true,
        label: vscode.l10n.t('These credentials may not list buckets'),
        detail: vscode.l10n.t('Type the name of a bucket.'),
        icon: 'info',
      },
    ];
  }
}

function typedLocation(text: string): S3Location | undefined {
  if (!text.startsWith('s3://')) {
    return bucketNameProblem(text) === undefined ? { bucket: text, key: '' } : undefined;
  }
  try {
    return parseS3Uri(text);
  } catch {
    return undefined;
  }
}
