import * as vscode from 'vscode';
import { EngineError } from '../../core/errors.js';
import type { Inspection } from '../../core/inspection/inspection.js';
import type { Services } from '../services.js';
import type { BackupLocation } from './backupLocation.js';

/**
 * Reads what there is to say of a backup: some hundred kilobytes, however large it is.
 * @throws EngineError `backupFile/…`, `s3/…`, `envelope/…`, `aws/…`; CancelledError
 */
export async function readBackup(
  { aws }: Services,
  location: BackupLocation,
  signal: AbortSignal,
): Promise<Inspection> {
  if (location instanceof vscode.Uri) {
    if (location.scheme !== 'file') {
      throw new EngineError(
        'inspection/not-on-disk',
        `${location.toString(true)} does not lie on a disk of this machine. Copy it here first.`,
      );
    }
    const { inspectFile } = await import('../../core/inspection/inspectFile.js');
    return inspectFile(location.fsPath, signal);
  }
  const { openBucket } = await import('../../core/aws/openBucket.js');
  const { inspectObject } = await import('../../core/inspection/inspectObject.js');
  const bucket = await openBucket(await aws.session(), location.bucket, signal);
  return inspectObject(location, bucket, signal);
}
