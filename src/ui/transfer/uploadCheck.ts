import path from 'node:path';
import type { BackupHeader } from '../../core/backupFile/backupHeader.js';
import { EngineError } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';
import type { Services } from '../services.js';
import type { Destination } from './destinations.js';

/** What there is to know of one file before it is uploaded. */
export interface CheckedFile extends Destination {
  readonly name: string;
  readonly header: BackupHeader | undefined;
  /** `doubtful`: readable, but not a backup, or a damaged one. */
  readonly verdict: 'backup' | 'doubtful' | 'unreadable';
  /** Why it is not simply a backup. */
  readonly problem: string | undefined;
  /** Bytes of the object that is there already. */
  readonly existingBytes: number | undefined;
}

/** The file is there and can be read, whatever it is. */
const doubtful = ['not-a-backup', 'cut-short', 'damaged', 'too-old', 'limit'];

/** Reads the header of every file, and asks S3 whether its object exists already. */
export async function checkFiles(
  services: Services,
  bucket: string,
  files: readonly Destination[],
): Promise<CheckedFile[]> {
  const { openBucket } = await import('../../core/aws/openBucket.js');
  const { inspectFile } = await import('../../core/inspection/inspectFile.js');
  const { readObjectEnvelope } = await import('../../core/transfer/objectEnvelope.js');
  const { s3 } = await openBucket(await services.aws.session(), bucket);
  return Promise.all(
    files.map(async ({ file, key }) => {
      const [read, existing] = await Promise.allSettled([
        inspectFile(file),
        readObjectEnvelope({ bucket, key, s3 }),
      ]);
      const failure: unknown = read.status === 'rejected' ? read.reason : undefined;
      return {
        file,
        key,
        name: path.basename(file),
        verdict: failure === undefined ? 'backup' : verdictOf(failure),
        header: read.status === 'fulfilled' ? read.value.header : undefined,
        problem: failure === undefined ? undefined : failureSentence(failure),
        // Whoever may not look learns it from the upload itself, which replaces nothing unasked.
        existingBytes: existing.status === 'fulfilled' ? existing.value.size : undefined,
      };
    }),
  );
}

function verdictOf(failure: unknown): 'doubtful' | 'unreadable' {
  const code = failure instanceof EngineError ? failure.code : '';
  return doubtful.some((name) => code === `backupFile/${name}`) ? 'doubtful' : 'unreadable';
}
