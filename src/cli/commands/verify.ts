import { openBucket } from '../../core/aws/openBucket.js';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { verifyObject } from '../../core/transfer/verify.js';
import { s3ObjectLocation } from '../arguments/s3Location.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { withSession } from '../targets/session.js';
import { labelled } from '../text/text.js';

export const verify = defineCommand({
  name: 'verify',
  summary: 'prove that an encrypted object in S3 decrypts to a SQL Server backup',
  description:
    'Reads the envelope from S3, has KMS open the data key, decrypts the first and the last blocks ' +
    'and checks that they are the beginning and the end of a SQL Server backup. Some kilobytes are ' +
    'read, however large the object is; "rds-backup download" reads all of it.',
  positionals: [{ name: 's3://BUCKET/KEY' }],
  options: awsOptions,
  examples: ['rds-backup verify s3://my-bucket/northwind.bak'],
  async run(context) {
    const { positionals, output, host } = context;
    const location = s3ObjectLocation(positionals[0]);
    return withSession(context, async (session) => {
      const { s3, keys } = await openBucket(session, location.bucket, host.signal);
      const proof = await verifyObject({ ...location, s3, keys, signal: host.signal });
      const { plaintextBytes, keyArn, isBackup, checks } = proof;
      const { style } = output;
      output.result({ ...location, plaintextBytes, keyArn, isBackup, checks }, () =>
        [
          style.bold(formatS3Uri(location)),
          ...checks.map((check) => labelled(`  ${style.green('✓')} `, check, 4, output.width)),
        ].join('\n'),
      );
      return exitCode.done;
    });
  },
});
