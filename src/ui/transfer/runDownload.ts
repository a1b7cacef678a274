import type { S3Location } from '../../core/aws/s3Uri.js';
import type { DownloadResult } from '../../core/transfer/download.js';
import type { Services } from '../services.js';
import type { Work } from '../work/work.js';
import { transferReport } from '../work/workText.js';

export interface DownloadJob extends S3Location {
  readonly file: string;
  /** Replaces the file if it exists. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Downloads and decrypts one object, and shows how far it is in `work`.
 * @throws what `downloadDecrypted` throws
 */
export async function runDownload(
  services: Services,
  job: DownloadJob,
  work: Work,
): Promise<DownloadResult> {
  const { openBucket } = await import('../../core/aws/openBucket.js');
  const { downloadDecrypted } = await import('../../core/transfer/download.js');
  const session = await services.aws.session();
  const { s3, keys } = await openBucket(session, job.bucket, work.signal);
  const result = await downloadDecrypted({
    ...job,
    s3,
    keys,
    signal: work.signal,
    onProgress: (progress) => {
      work.report(transferReport(progress));
    },
  });
  services.log.info(
    `Downloaded s3://${job.bucket}/${job.key} to ${result.file} in ${result.seconds.toFixed(1)} s, SHA-256 ${result.sha256}`,
  );
  return result;
}
