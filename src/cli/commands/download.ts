import { statSync } from 'node:fs';
import path from 'node:path';
import { openBucket } from '../../core/aws/openBucket.js';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { isCancelled } from '../../core/errors.js';
import { transferText } from '../../core/text/units.js';
import { downloadDecrypted, type DownloadResult } from '../../core/transfer/download.js';
import { s3ObjectLocation } from '../arguments/s3Location.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { transferFigures } from '../terminal/progressLine.js';
import { withSession } from '../targets/session.js';
import type { Style } from '../terminal/style.js';
import { printable } from '../text/text.js';

export const download = defineCommand({
  name: 'download',
  summary: 'download an encrypted backup from S3 and decrypt it',
  description:
    'Downloads a client-side encrypted object and decrypts it to a file, with KMS opening its data ' +
    'key. The file gets its name only when it is complete; a failed or stopped download leaves ' +
    'nothing behind. When FILE is a folder, the object keeps its name in it.',
  positionals: [{ name: 's3://BUCKET/KEY' }, { name: 'FILE' }],
  options: {
    overwrite: { type: 'flag', summary: 'replace the file if it exists' },
    ...awsOptions,
  },
  examples: ['rds-backup download s3://my-bucket/northwind.bak northwind.bak'],
  async run(context) {
    const { options, positionals, output, host } = context;
    const { bucket, key } = s3ObjectLocation(positionals[0]);
    const file = targetFile(positionals[1] ?? '', key);
    return withSession(context, async (session) => {
      const { s3, keys } = await openBucket(session, bucket, host.signal);
      using display = output.progress();
      try {
        const result = await downloadDecrypted({
          ...{ bucket, key, file, s3, keys },
          overwrite: options.overwrite,
          signal: host.signal,
          onProgress: (progress) => {
            display.show(transferFigures(path.posix.basename(key), progress));
          },
        });
        display[Symbol.dispose]();
        output.result(toJson(result), () => downloadText(result, output.style));
        return exitCode.done;
      } catch (error) {
        display[Symbol.dispose]();
        if (isCancelled(error)) output.notice(`${file} was not written; nothing is left behind.`);
        throw error;
      }
    });
  },
});

function targetFile(file: string, key: string): string {
  const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? path.join(file, path.posix.basename(key)) : file;
}

function toJson({ object, ...result }: DownloadResult): object {
  const { file, plaintextBytes, sha256, keyArn, authenticated, seconds } = result;
  const { bucket, key, etag } = object;
  return { bucket, key, etag, file, plaintextBytes, sha256, keyArn, authenticated, seconds };
}

function downloadText(result: DownloadResult, style: Style): string {
  const { object, file, plaintextBytes, sha256, keyArn, seconds } = result;
  return [
    `${style.bold('Downloaded')} ${printable(formatS3Uri(object))}`,
    `  File      ${file}`,
    `  KMS key   ${keyArn}`,
    `  Size      ${transferText(plaintextBytes, seconds)}`,
    `  SHA-256   ${sha256}`,
  ].join('\n');
}
