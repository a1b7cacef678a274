import * as vscode from 'vscode';
import { contextValue } from '../contextValue.js';
import { FolderNode } from './folderNode.js';
import type { OpenedBucket } from './openedBucket.js';

/** A bucket, or the part of one that was added by its prefix. */
export class BucketNode extends FolderNode {
  readonly parent = undefined;

  constructor(
    bucket: OpenedBucket,
    prefix: string,
    /** By name, so that it can be removed from the list. */
    private readonly added: boolean,
  ) {
    super(bucket.rowId, bucket, prefix);
  }

  item(): vscode.TreeItem {
    const { bucket, key } = this.location;
    const item = new vscode.TreeItem(
      key === '' ? bucket : `${bucket}/${key}`,
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    const { isElsewhere, region } = this.bucket;
    if (isElsewhere) item.description = region;
    item.tooltip = vscode.l10n.t('s3://{0}, in {1}', `${bucket}/${key}`, region);
    item.iconPath = new vscode.ThemeIcon('archive');
    item.contextValue = contextValue('bucket', {
      added: this.added,
      console: this.consoleUrl !== undefined,
      arn: true,
    });
    return item;
  }
}
