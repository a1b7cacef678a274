import { openBucket } from '../../core/aws/openBucket.js';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { inspectFile } from '../../core/inspection/inspectFile.js';
import type { Inspection } from '../../core/inspection/inspection.js';
import { inspectObject } from '../../core/inspection/inspectObject.js';
import { backupHeaderText } from '../text/backupHeaderText.js';
import { s3ObjectLocation } from '../arguments/s3Location.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions } from '../arguments/commonOptions.js';
import { envelopeText } from '../text/envelopeText.js';
import { exitCode } from '../exitCode.js';
import { describeFailure, failureJson, showFailure } from '../failure.js';
import { expandWildcards } from '../arguments/localFiles.js';
import type { Output } from '../terminal/output.js';
import { withSession } from '../targets/session.js';

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'show what is in a backup, in a file or in S3, and how it is encrypted',
  description:
    'Shows what RESTORE HEADERONLY, LABELONLY and FILELISTONLY would say of a backup, without SQL ' +
    'Server. For an object in S3 also its envelope: format, wrapping KMS key, cipher, plaintext size, ' +
    'and who can read it. A few hundred kilobytes are read, however large the backup is.',
  positionals: [{ name: 'FILE|s3://BUCKET/KEY', many: true }],
  options: awsOptions,
  examples: [
    'rds-backup inspect northwind.bak',
    'rds-backup inspect s3://my-bucket/northwind.bak --json',
  ],
  async run(context) {
    const { positionals, output, host } = context;
    const objects = positionals.filter((name) => name.startsWith('s3://')).map(s3ObjectLocation);
    const files = await expandWildcards(positionals.filter((name) => !name.startsWith('s3://')));
    const found: Inspection[] = [];
    const inspectOne = async (location: string, look: () => Promise<Inspection>) => {
      const inspection = await look().catch((error: unknown) => ({ location, error }));
      host.signal.throwIfAborted();
      show(inspection, found.length > 0, output);
      found.push(inspection);
    };
    for (const file of files) await inspectOne(file, () => inspectFile(file, host.signal));
    if (objects.length > 0) {
      await withSession(context, async (session) => {
        for (const location of objects) {
          await inspectOne(formatS3Uri(location), async () => {
            const bucket = await openBucket(session, location.bucket, host.signal);
            return inspectObject(location, bucket, host.signal);
          });
        }
      });
    }
    output.event({ backups: found.map(toJson) });
    return found.some(({ error }) => error !== undefined) ? exitCode.failed : exitCode.done;
  },
});

function show(inspection: Inspection, needsGap: boolean, output: Output): void {
  const { location, object, facts, header, error } = inspection;
  const { style, width } = output;
  if (needsGap) output.text('');
  output.text(style.bold(location));
  if (object !== undefined && facts !== undefined) {
    output.text(envelopeText(object, facts, style, width));
  }
  if (header !== undefined) {
    if (object?.envelope !== undefined) output.text(style.bold('  Decrypted content'));
    output.text(backupHeaderText(header, style, width));
  }
  if (error !== undefined) showFailure(describeFailure(error), output);
}

function toJson({ location, object, facts, header, error }: Inspection): object {
  return {
    location,
    ...(object !== undefined && { object, ...facts }),
    ...(header !== undefined && { header }),
    ...(error !== undefined && { error: failureJson(describeFailure(error)) }),
  };
}
