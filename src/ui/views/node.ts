import type * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import type { S3Location } from '../../core/aws/s3Uri.js';
import type { TaskKey } from '../nativeTasks/nativeTasks.js';
import type { Work } from '../work/work.js';

/** One row of a tree. */
export interface TreeNode {
  /** Stable and unique in its view: never made of text that changes (a state, a date, a size). */
  readonly id: string;
  readonly parent: TreeNode | undefined;
  /** The row as it is now; {@link NodeTree} adds the id. */
  item(): vscode.TreeItem;
  /** Missing for a leaf. What it throws is shown as a row below this one. */
  children?(signal: AbortSignal): Promise<readonly TreeNode[]>;
  /** The tooltip, made when somebody points at the row. */
  tooltip?(signal: AbortSignal): Promise<vscode.MarkdownString | string>;
  /** What the row stands for, for the commands of its context menu. */
  readonly instance?: Instance | undefined;
  /** A bucket (empty key), a prefix (ends in `/`) or an object. */
  readonly location?: S3Location | undefined;
  readonly task?: TaskKey | undefined;
  readonly work?: Work | undefined;
  /** For *Copy ARN*. */
  readonly arn?: string | undefined;
  /** For *Open in AWS Console*. */
  readonly consoleUrl?: string | undefined;
  /** For *Copy Value*. */
  readonly value?: string | undefined;
}
