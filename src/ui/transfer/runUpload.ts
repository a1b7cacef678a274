import type { UploadResult } from '../../core/transfer/upload.js';
import { configuration } from '../configuration.js';
import type { Services } from '../services.js';
import type { Work } from '../work/work.js';
import { transferReport } from '../work/workText.js';

export interface UploadJob {
  readonly file: string;
  readonly bucket: string;
  readonly key: string;
  /** KMS key id, ARN or alias that wraps the data key. */
  readonly kmsKeyId: string;
  /** Replaces an object of that name. */
  readonly overwrite?: boolean | undefined;
  /** Uploads a file that is not a SQL Server backup too. */
  readonly force?: boolean | undefined;
}

/**
 * Encrypts and uploads one file, and shows how far it is in `work`.
 * @throws what `uploadEncrypted` throws
 */
export async function runUpload(
  services: Services,
  job: UploadJob,
  work: Work,
): Promise<UploadResult> {
  const { openBucket } = await import('../../core/aws/openBucket.js');
  const { uploadEncrypted } = await import('../../core/transfer/upload.js');
  const { envelopeFormat, memoryBudget } = configuration();
  const session = await services.aws.session();
  const { s3, keys } = await openBucket(session, job.bucket, work.signal);
  const result = await uploadEncrypted({
    ...job,
    s3,
    keys,
    format: envelopeFormat,
    memoryBudget,
    signal: work.signal,
    onProgress: (progress) => {
      work.report(transferReport(progress));
    },
  });
  services.log.info(
    `Uploaded ${job.file} to s3://${job.bucket}/${job.key} in ${result.seconds.toFixed(1)} s, key ${result.keyArn}`,
  );
  return result;
}
