import * as vscode from 'vscode';
import { contextValue } from '../contextValue.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { MoreNode } from './moreNode.js';
import { ObjectNode } from './objectNode.js';
import type { OpenedBucket } from './openedBucket.js';
import { type Page, PagedList } from './pagedList.js';

/** Rows that are asked for at once. */
export const pageSize = 200;

/** What holds objects: a bucket, or a prefix in it. */
export abstract class FolderNode implements TreeNode {
  abstract readonly parent: TreeNode | undefined;
  readonly location: { readonly bucket: string; readonly key: string };
  readonly arn: string;
  readonly consoleUrl: string | undefined;
  readonly #pages: PagedList<PrefixNode | ObjectNode>;

  constructor(
    readonly id: string,
    protected readonly bucket: OpenedBucket,
    prefix: string,
  ) {
    const { name, region } = bucket;
    this.location = { bucket: name, key: prefix };
    this.arn = bucket.arn(prefix);
    this.consoleUrl = bucket.consoleUrl(
      prefix === ''
        ? { kind: 'bucket', region, bucket: name }
        : { kind: 'prefix', region, bucket: name, key: prefix },
    );
    this.#pages = new PagedList((next, signal) => this.#page(next, signal));
  }

  abstract item(): vscode.TreeItem;

  /** Rows that are there. */
  get count(): number {
    return this.#pages.items.length;
  }
  get loading(): boolean {
    return this.#pages.loading;
  }

  async children(signal: AbortSignal): Promise<readonly TreeNode[]> {
    const rows = await this.#pages.first(signal);
    if (this.#pages.hasMore) return [...rows, new MoreNode(this)];
    if (rows.length > 0) return rows;
    return [new MessageNode(this, vscode.l10n.t('Empty'), { icon: 'circle-slash' })];
  }

  /** Adds the next page below what is there. */
  async loadMore(more: TreeNode): Promise<void> {
    if (this.#pages.loading) return;
    try {
      const coming = this.#pages.more();
      this.bucket.refresh(more);
      await coming;
    } finally {
      this.bucket.refresh(this);
    }
  }

  /** Reads it anew. */
  reload(): void {
    this.#pages.reset();
    this.bucket.refresh(this);
  }

  /** The objects in it that are loaded, and those in its folders. */
  *objects(): Iterable<ObjectNode> {
    for (const node of this.#pages.items) {
      if (node instanceof ObjectNode) yield node;
      else yield* node.objects();
    }
  }

  async #page(
    continuationToken: string | undefined,
    signal?: AbortSignal,
  ): Promise<Page<PrefixNode | ObjectNode>> {
    const { listObjects } = await import('../../../core/aws/objects.js');
    const { s3 } = await this.bucket.clients();
    const { bucket, key: prefix } = this.location;
    const page = await listObjects(s3, { bucket, prefix, continuationToken, pageSize }, signal);
    return {
      items: [
        ...page.folders.map((folder) => new PrefixNode(this, this.bucket, folder)),
        ...page.objects.map((object) => new ObjectNode(this, this.bucket, object)),
      ],
      next: page.continuationToken,
    };
  }
}

/** A common prefix of keys, shown as a folder. */
class PrefixNode extends FolderNode {
  constructor(
    readonly parent: FolderNode,
    bucket: OpenedBucket,
    prefix: string,
  ) {
    super(`${bucket.rowId}|prefix|${prefix}`, bucket, prefix);
  }

  item(): vscode.TreeItem {
    const { bucket, key } = this.location;
    const name = key.slice(this.parent.location.key.length, -1);
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.iconPath = new vscode.ThemeIcon('folder');
    item.tooltip = `s3://${bucket}/${key}`;
    item.contextValue = contextValue('prefix', {
      console: this.consoleUrl !== undefined,
      arn: true,
    });
    return item;
  }
}
