import * as vscode from 'vscode';
import { formatS3Uri } from '../../../core/aws/s3Uri.js';
import { registerCommand } from '../../commands/registerCommand.js';
import { commandIds, viewIds } from '../../ids.js';
import { askObject } from '../../inspection/askBackup.js';
import { registerInspection } from '../../inspection/registerInspection.js';
import type { Services } from '../../services.js';
import { download } from '../../transfer/download.js';
import { NodeTree } from '../nodeTree.js';
import type { TreeNode } from '../node.js';
import { addBucket } from './addBucket.js';
import { forgetBucket } from './addedBuckets.js';
import type { BucketNode } from './bucketNode.js';
import { type BucketRows, listingDeniedRow, readBucketRows } from './bucketRows.js';
import { confirmDeletion, deleteObjects } from './deleteObjects.js';
import { FileDrop } from './fileDrop.js';
import type { MoreNode } from './moreNode.js';
import { ObjectNode } from './objectNode.js';

/** The view *Backups in S3* and what can be done with its rows. */
export function registerBackups(services: Services): vscode.Disposable {
  const { aws, log, work } = services;
  let shown: BucketRows = { buckets: [], listingDenied: false };
  const tree = new NodeTree({
    id: viewIds.backups,
    log,
    roots: async (signal) => {
      shown = await readBucketRows(
        services,
        (node) => {
          tree.refresh(node);
        },
        signal,
      );
      const { buckets, listingDenied } = shown;
      return listingDenied && buckets.length > 0 ? [...buckets, listingDeniedRow()] : buckets;
    },
    emptyState: () => (shown.listingDenied ? 'denied' : 'empty'),
    canSelectMany: true,
    dragAndDrop: new FileDrop(),
  });
  const loaded = () => shown.buckets.flatMap((bucket) => [...bucket.objects()]);
  const loadedLocations = () => loaded().map(({ location }) => location);
  const deleteThem = async (node?: TreeNode, selection?: readonly TreeNode[]) => {
    const nodes = (selection ?? [node]).filter((row) => row instanceof ObjectNode);
    const objects = nodes.map(({ location }) => location);
    if (node === undefined) {
      objects.push(await askObject(vscode.l10n.t('Delete Object'), loadedLocations()));
    }
    await confirmDeletion(objects);
    try {
      await deleteObjects(services, objects);
    } finally {
      const gone = new Set(objects.map(formatS3Uri));
      const rows = loaded().filter(({ location }) => gone.has(formatS3Uri(location)));
      for (const folder of new Set(rows.map(({ parent }) => parent))) folder.reload();
    }
  };
  return vscode.Disposable.from(
    tree,
    aws.onDidChange(() => {
      tree.refresh();
    }),
    work.onDidChange(({ kind, state }) => {
      if (kind === 'upload' && state === 'succeeded') tree.refresh();
    }),
    registerCommand(log, commandIds.refreshBackups, () => {
      tree.refresh();
    }),
    registerCommand(log, commandIds.loadMore, (more: MoreNode) => more.parent.loadMore(more)),
    registerCommand(log, commandIds.download, async (node?: Pick<TreeNode, 'location'>) => {
      const title = vscode.l10n.t('Download and Decrypt');
      await download(services, node?.location ?? (await askObject(title, loadedLocations())));
    }),
    registerCommand(log, commandIds.deleteObject, deleteThem),
    registerCommand(log, commandIds.addBucket, async () => {
      await addBucket(services);
      tree.refresh();
      await vscode.commands.executeCommand(`${viewIds.backups}.focus`);
    }),
    registerCommand(log, commandIds.removeBucket, async ({ location }: BucketNode) => {
      await forgetBucket(services, { bucket: location.bucket, prefix: location.key });
      tree.refresh();
    }),
    registerInspection(services, loadedLocations),
  );
}
