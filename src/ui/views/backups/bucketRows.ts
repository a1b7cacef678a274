import * as vscode from 'vscode';
import type { Services } from '../../services.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { addedBuckets } from './addedBuckets.js';
import { BucketNode } from './bucketNode.js';
import { listedBuckets } from './listedBuckets.js';
import { OpenedBucket } from './openedBucket.js';

export interface BucketRows {
  readonly buckets: readonly BucketNode[];
  /** Without s3:ListAllMyBuckets only those added by name are there. */
  readonly listingDenied: boolean;
}

/** The buckets that are listed, and those added by name. */
export async function readBucketRows(
  services: Services,
  refresh: (node: TreeNode) => void,
  signal: AbortSignal,
): Promise<BucketRows> {
  const session = await services.aws.session();
  const listed = await listedBuckets(session, signal);
  const node = (name: string, prefix: string, region = session.region, added = false) => {
    const rowId = `s3://${name}/${prefix}`;
    return new BucketNode(new OpenedBucket(session, rowId, name, region, refresh), prefix, added);
  };
  const added = addedBuckets(services).filter(
    ({ bucket, prefix }) => prefix !== '' || !listed?.some(({ name }) => name === bucket),
  );
  return {
    buckets: [
      ...(listed ?? []).map(({ name, region }) => node(name, '', region)),
      ...added.map(({ bucket, prefix, region }) => node(bucket, prefix, region, true)),
    ],
    listingDenied: listed === undefined,
  };
}

/** The quiet row below buckets that were added by name. */
export const listingDeniedRow = (): TreeNode =>
  new MessageNode(undefined, vscode.l10n.t('Other buckets may not be listed'), {
    icon: 'info',
    detail: vscode.l10n.t(
      'These credentials may not list buckets (s3:ListAllMyBuckets). Add more by their names.',
    ),
  });
