import * as vscode from 'vscode';
import { prefixOf, type S3Location } from '../../core/aws/s3Uri.js';
import { EngineError } from '../../core/errors.js';
import { chooseBackups } from '../input/chooseBackups.js';
import type { TreeNode } from '../views/node.js';

/** What to upload, as far as whoever called the command says it. */
export interface UploadSubject {
  readonly files: readonly vscode.Uri[];
  /** Bucket and prefix. */
  readonly destination?: { readonly bucket: string; readonly prefix: string } | undefined;
}

/** Reads the arguments: of the Explorer (a file and the selection), of a tree row, or of other code. */
export function uploadSubject(first: unknown, second: unknown): UploadSubject {
  if (first instanceof vscode.Uri) {
    return { files: isUris(second) && second.length > 0 ? second : [first] };
  }
  const { files, destination, location } = (first ?? {}) as Partial<UploadSubject> &
    Pick<TreeNode, 'location'>;
  return {
    files: files ?? [],
    destination: destination ?? (location && asDestination(location)),
  };
}

const isUris = (value: unknown): value is vscode.Uri[] =>
  Array.isArray(value) && value.every((item) => item instanceof vscode.Uri);

const asDestination = ({ bucket, key }: S3Location) => ({
  bucket,
  prefix: prefixOf(key),
});

/** Asks for backups: they often lie on a share outside of the workspace. */
export const askFiles = (): Promise<vscode.Uri[]> =>
  chooseBackups({
    title: vscode.l10n.t('Backups to Encrypt and Upload'),
    openLabel: vscode.l10n.t('Choose'),
    canSelectMany: true,
  });

/** Paths on this machine. @throws EngineError `upload/not-on-disk` for what lies elsewhere */
export function pathsOf(files: readonly vscode.Uri[]): string[] {
  const elsewhere = files.find(({ scheme }) => scheme !== 'file');
  if (elsewhere !== undefined) {
    throw new EngineError(
      'upload/not-on-disk',
      `${elsewhere.toString(true)} does not lie on a disk of this machine. Copy it here first.`,
    );
  }
  return files.map(({ fsPath }) => fsPath);
}
