import * as vscode from 'vscode';
import type { ObjectEntry } from '../../../core/aws/objects.js';
import type { OpenedObject } from '../../../core/inspection/openWithFacts.js';
import { formatBytes } from '../../../core/text/units.js';
import type { ObjectEnvelope } from '../../../core/transfer/objectEnvelope.js';
import { restoreVerdict } from '../../inspection/restoreVerdict.js';
import { verdictSentence } from '../../inspection/verdictSentence.js';
import { contextValue } from '../contextValue.js';
import type { TreeNode } from '../node.js';
import type { FolderNode } from './folderNode.js';
import type { OpenedBucket } from './openedBucket.js';
import { ValueNode } from './valueNode.js';
import { VerdictNode } from './verdictNode.js';

type Known = Omit<OpenedObject, 'source'> & { readonly object: ObjectEnvelope };

/** An object; below it, read when somebody looks, its envelope and metadata. */
export class ObjectNode implements TreeNode {
  readonly id: string;
  readonly location: { readonly bucket: string; readonly key: string };
  readonly arn: string;
  readonly consoleUrl: string | undefined;
  #reading: Promise<Known> | undefined;
  #encrypted = false;

  constructor(
    readonly parent: FolderNode,
    private readonly bucket: OpenedBucket,
    private readonly entry: ObjectEntry,
  ) {
    const { key } = entry;
    const { name, region } = bucket;
    this.id = `${bucket.rowId}|object|${key}`;
    this.location = { bucket: name, key };
    this.arn = bucket.arn(key);
    this.consoleUrl = bucket.consoleUrl({ kind: 'object', region, bucket: name, key });
  }

  item(): vscode.TreeItem {
    const { key, size, lastModified } = this.entry;
    const name = key.slice(this.parent.location.key.length) || key;
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.description = [formatBytes(size), lastModified && inWords(lastModified)]
      .filter((text) => text !== undefined)
      .join(' · ');
    item.iconPath = new vscode.ThemeIcon(this.#encrypted ? 'lock' : 'file');
    item.contextValue = contextValue('object', {
      console: this.consoleUrl !== undefined,
      arn: true,
    });
    return item;
  }

  async children(): Promise<readonly TreeNode[]> {
    const { metadataRows, objectRows } = await import('../../inspection/objectRows.js');
    const { object, facts, error } = await this.#known();
    return [
      new VerdictNode(this, restoreVerdict(facts, error)),
      ...objectRows(object, facts, this.entry.storageClass).map(
        ([label, value]) => new ValueNode(this, label, value, 'circle-small'),
      ),
      ...metadataRows(object).map(([name, value]) => new ValueNode(this, name, value, 'tag')),
    ];
  }

  async tooltip(): Promise<vscode.MarkdownString> {
    const { object, facts, error } = await this.#known();
    const { objectRows } = await import('../../inspection/objectRows.js');
    const text = new vscode.MarkdownString();
    text.appendText(`s3://${object.bucket}/${object.key}\n\n`);
    text.appendText(verdictSentence(restoreVerdict(facts, error)));
    for (const [label, value] of objectRows(object, facts)) {
      text.appendMarkdown('\n\n').appendText(`${label}: ${value}`);
    }
    return text;
  }

  /** Asks S3 and KMS once; the answer is small and is kept. */
  #known(): Promise<Known> {
    this.#reading ??= this.#read().catch((error: unknown) => {
      this.#reading = undefined;
      throw error;
    });
    return this.#reading;
  }

  async #read(): Promise<Known> {
    const { readObjectEnvelope } = await import('../../../core/transfer/objectEnvelope.js');
    const { openWithFacts } = await import('../../../core/inspection/openWithFacts.js');
    const clients = await this.bucket.clients();
    const object = await readObjectEnvelope({ ...this.location, s3: clients.s3 });
    const { source, ...known } = await openWithFacts(object, clients);
    source?.dispose();
    if (object.envelope !== undefined && !this.#encrypted) {
      this.#encrypted = true;
      this.bucket.refresh(this);
    }
    return { ...known, object };
  }
}

/** Local time, as the S3 console shows it. */
const inWords = (date: Date) =>
  date.toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
