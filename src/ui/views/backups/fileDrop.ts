import * as vscode from 'vscode';
import { commandIds } from '../../ids.js';
import type { TreeNode } from '../node.js';

const uriList = 'text/uri-list';

/** Files dropped on a bucket, a folder or what lies in it are uploaded there. */
export class FileDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dropMimeTypes = [uriList];
  readonly dragMimeTypes: string[] = [];

  async handleDrop(target: TreeNode | undefined, dropped: vscode.DataTransfer): Promise<void> {
    const location = folderAt(target);
    const files = urisIn((await dropped.get(uriList)?.asString()) ?? '');
    if (location === undefined || files.length === 0) return;
    // Not awaited: the drop is done when the upload's questions begin.
    void vscode.commands.executeCommand(commandIds.upload, {
      files,
      destination: { bucket: location.bucket, prefix: location.key },
    });
  }
}

/** A list of URIs as RFC 2483 writes it: a line each, and comments. */
const urisIn = (text: string): vscode.Uri[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => vscode.Uri.parse(line));

/** The bucket or prefix that a row is, or lies in. */
function folderAt(target: TreeNode | undefined): TreeNode['location'] {
  for (let node = target; node !== undefined; node = node.parent) {
    const { location } = node;
    if (location !== undefined && (location.key === '' || location.key.endsWith('/'))) {
      return location;
    }
  }
  return undefined;
}
