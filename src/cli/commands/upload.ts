import path from 'node:path';
import { type Bucket, openBucket } from '../../core/aws/openBucket.js';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { isCancelled } from '../../core/errors.js';
import { transferText } from '../../core/text/units.js';
import { type UploadResult, uploadEncrypted } from '../../core/transfer/upload.js';
import { s3Location } from '../arguments/s3Location.js';
import { type CommandContext, defineCommand } from '../arguments/command.js';
import { awsOptions } from '../arguments/commonOptions.js';
import { type Destination, destinations } from '../arguments/destination.js';
import { exitCode } from '../exitCode.js';
import { describeFailure, type Failure, failureJson, showFailure } from '../failure.js';
import { expandWildcards } from '../arguments/localFiles.js';
import type { Output } from '../terminal/output.js';
import { transferFigures } from '../terminal/progressLine.js';
import { withSession } from '../targets/session.js';
import type { Style } from '../terminal/style.js';
import { printable } from '../text/text.js';

const options = {
  'kms-key': {
    type: 'text',
    value: 'KEY',
    required: true,
    summary: 'KMS key that wraps the data key: ARN, key id or alias/NAME',
  },
  format: {
    type: 'text',
    value: 'FORMAT',
    choices: ['v1', 'v2'],
    summary: 'envelope format; RDS is known to restore v1 (default)',
  },
  force: { type: 'flag', summary: 'upload files that are not SQL Server backups too' },
  overwrite: { type: 'flag', summary: 'replace objects that exist' },
  ...awsOptions,
} as const;

type UploadContext = CommandContext<typeof options>;

export const upload = defineCommand({
  name: 'upload',
  summary: 'encrypt backups and upload them to S3, ready for RDS to restore',
  description:
    'Encrypts each file on this machine with a data key of its own, uploads it, and proves that what ' +
    'lies in S3 decrypts to the backup. The destination is a folder, under which files keep their ' +
    'names; for a single file it may be the whole key, ending as the file does. A file that fails ' +
    'does not stop the others; Ctrl-C stops all. A failed or stopped upload leaves nothing in S3, ' +
    'unless all of it was there and only the proof is missing; then it says so.',
  positionals: [{ name: 'FILE', many: true }, { name: 's3://BUCKET[/PREFIX]' }],
  options,
  examples: [
    'rds-backup upload northwind.bak s3://my-bucket/backups/ --kms-key alias/backups',
    'rds-backup upload stripe_*.bak s3://my-bucket/stripes/ --kms-key alias/backups --overwrite',
  ],
  async run(context) {
    const { positionals, output, host } = context;
    const { bucket, key: prefix } = s3Location(positionals.at(-1));
    const files = destinations(await expandWildcards(positionals.slice(0, -1)), prefix);
    return withSession(context, async (session) => {
      const place = await openBucket(session, bucket, host.signal);
      const uploads: Upload[] = [];
      for (const file of files) {
        uploads.push(await uploadOne(context, place, bucket, file));
        if (host.signal.aborted) break;
      }
      output.event({ uploads: uploads.map(toJson) });
      if (files.length > 1) sumUp(uploads, files.length, output);
      if (host.signal.aborted) {
        output.notice('Cancelled.');
        return exitCode.cancelled;
      }
      return uploads.some(({ failure }) => failure) ? exitCode.failed : exitCode.done;
    });
  },
});

interface Upload extends Destination {
  readonly result?: UploadResult;
  readonly failure?: Failure;
}

function sumUp(uploads: readonly Upload[], wanted: number, output: Output): void {
  const failed = uploads.filter(({ failure }) => failure);
  const done = uploads.length - failed.length;
  const names = failed.map(({ file }) => file).join(', ');
  output.notice(`${done} of ${wanted} files uploaded${names && `; not uploaded: ${names}`}.`);
}

/** A failure of one file is told at once and kept, so that the others are not held up by it. */
async function uploadOne(
  { options: o, output, host }: UploadContext,
  { s3, keys }: Bucket,
  bucket: string,
  { file, key }: Destination,
): Promise<Upload> {
  let allSent = false;
  try {
    using display = output.progress();
    const result = await uploadEncrypted({
      ...{ file, bucket, key, s3, keys },
      kmsKeyId: o['kms-key'],
      format: o.format === 'v2' ? 'v2' : 'v1',
      force: o.force,
      overwrite: o.overwrite,
      signal: host.signal,
      onProgress: (progress) => {
        allSent = progress.doneBytes === progress.totalBytes;
        display.show(transferFigures(path.basename(file), progress));
      },
    });
    display[Symbol.dispose]();
    output.text(uploadText(file, result, output.style));
    return { file, key, result };
  } catch (error) {
    const failure = describeFailure(error);
    if (host.signal.aborted && isCancelled(error)) {
      output.notice(stoppedText(file, formatS3Uri({ bucket, key }), allSent));
    } else {
      showFailure(failure, output);
    }
    return { file, key, failure };
  }
}

function stoppedText(file: string, uri: string, allSent: boolean): string {
  return allSent
    ? `All of ${file} was sent before the stop, so it may be in S3, but that is not proven. ` +
        `Check it: rds-backup verify "${uri}"`
    : `${file} was not uploaded; nothing is left in S3.`;
}

function uploadText(file: string, result: UploadResult, style: Style): string {
  const { bucket, key, plan, keyArn, proof, seconds } = result;
  return [
    `${style.bold('Uploaded')} ${printable(file)}`,
    `  Object    ${printable(formatS3Uri({ bucket, key }))}`,
    `  KMS key   ${keyArn}`,
    `  Size      ${transferText(plan.plaintextBytes, seconds)}`,
    proof.isBackup
      ? `  Proof     ${style.green('read back from S3 and decrypted: a SQL Server backup, ready to restore')}`
      : `  Proof     read back and decrypted. ${style.yellow('Not a SQL Server backup: RDS cannot restore it')}`,
  ].join('\n');
}

function toJson({ file, key, result, failure }: Upload): object {
  if (failure !== undefined) return { file, key, error: failureJson(failure) };
  if (result === undefined) return { file, key };
  const { bucket, etag, format, keyArn, plan, proof, seconds } = result;
  const { plaintextBytes, ciphertextBytes } = plan;
  const { isBackup, checks } = proof;
  return {
    ...{ file, bucket, key, etag, format, keyArn, plaintextBytes, ciphertextBytes },
    proof: { isBackup, checks },
    seconds,
  };
}
