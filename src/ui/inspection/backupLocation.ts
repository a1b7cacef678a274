import * as vscode from 'vscode';
import { formatS3Uri, parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { inspectionScheme } from '../ids.js';

/** Where a backup lies: an object in S3, or a file. */
export type BackupLocation = S3Location | vscode.Uri;

/** Name of the file or object. */
export function nameOf(location: BackupLocation): string {
  const path = location instanceof vscode.Uri ? location.path : location.key;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The document about a backup: its path is the title of the editor, its query the location. */
export function documentUri(location: BackupLocation): vscode.Uri {
  const query = location instanceof vscode.Uri ? location.toString() : formatS3Uri(location);
  return vscode.Uri.from({ scheme: inspectionScheme, path: `/${nameOf(location)}`, query });
}

/** @throws EngineError `s3-uri/malformed` */
export const locationOf = ({ query }: vscode.Uri): BackupLocation =>
  query.startsWith('s3://') ? parseS3Uri(query) : vscode.Uri.parse(query, true);
