import type * as vscode from 'vscode';
import { prefixOf } from '../../core/aws/s3Uri.js';

/** Where the last upload went, to be offered again. Kept for the user, over all workspaces. */
export interface LastUpload {
  readonly bucket: string;
  readonly prefix: string;
  /** By region: keys never leave theirs. */
  readonly keys: Readonly<Record<string, string>>;
}

const name = 'upload.last';

export const lastUpload = ({ globalState }: vscode.ExtensionContext): LastUpload | undefined =>
  globalState.get<LastUpload>(name);

export async function rememberUpload(
  { globalState }: vscode.ExtensionContext,
  o: {
    readonly bucket: string;
    readonly key: string;
    readonly region: string;
    readonly kmsKey: string;
  },
): Promise<void> {
  const before = globalState.get<LastUpload>(name);
  await globalState.update(name, {
    bucket: o.bucket,
    prefix: prefixOf(o.key),
    keys: { ...before?.keys, [o.region]: o.kmsKey },
  } satisfies LastUpload);
}
