import * as vscode from 'vscode';
import type { InfoItem, PickRow, StepInput } from '../input/steps.js';
import type { Services } from '../services.js';
import { bucketsOfPlace } from '../views/backups/addedBuckets.js';
import {
  bucketPlaceProblem,
  type BucketPlace,
  parseBucketPlace,
} from '../views/backups/bucketInput.js';
import { listedBuckets } from '../views/backups/listedBuckets.js';

/**
 * Asks for a bucket: those that can be listed and those added by name, or a name or `s3://` location
 * typed, which may name a prefix too.
 */
export function askBucket(
  services: Services,
  input: StepInput,
  last: string | undefined,
): Promise<BucketPlace> {
  return input.pick<BucketPlace>({
    placeholder: vscode.l10n.t(
      'Bucket to upload to; type a name or s3://bucket/prefix for another',
    ),
    items: bucketRows(services),
    preselect: ({ bucket }) => bucket === last,
    typed: (text) => {
      if (bucketPlaceProblem(text) !== undefined) return undefined;
      const value = parseBucketPlace(text);
      const label = vscode.l10n.t('Use {0}', `s3://${value.bucket}/${value.prefix}`);
      return { label, icon: 'arrow-right', value };
    },
  });
}

/** The buckets that can be listed, and those added by name. */
export async function bucketRows(services: Services): Promise<PickRow<BucketPlace>[]> {
  const session = await services.aws.session();
  const listed = await listedBuckets(session);
  const others = bucketsOfPlace(services)
    .filter((name) => listed?.some((bucket) => bucket.name === name) !== true)
    .map((name) => ({ name, region: undefined }));
  const rows = [...(listed ?? []), ...others].map(({ name, region }): PickRow<BucketPlace> => ({
    label: name,
    icon: 'archive',
    description: region === undefined || region === session.region ? '' : region,
    value: { bucket: name, prefix: '' },
  }));
  return listed === undefined ? [...rows, listingDenied()] : rows;
}

const listingDenied = (): InfoItem => ({
  info: true,
  label: vscode.l10n.t('These credentials may not list buckets'),
  detail: vscode.l10n.t('Type the name of a bucket.'),
  icon: 'info',
});
