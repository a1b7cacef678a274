import { raised, SqlError, sqlErrors } from '../sqlError.js';
import { systemDatabases } from '../sqlInstance.js';
import { sqlType, sysname } from '../types.js';
import {
  flagArgument,
  numberArgument,
  type ProcedureDefinition,
  textArgument,
} from './procedure.js';
import {
  arnType,
  backupType,
  checkPending,
  checkSubmission,
  checkTuning,
  databaseName,
  s3Arn,
  submit,
  tuning,
} from './submission.js';

const mostFiles = 10;

export const backupDatabase: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_backup_database',
  parameters: [
    { name: '@source_db_name', type: sysname, required: true },
    { name: '@s3_arn_to_backup_to', type: arnType, required: true },
    { name: '@kms_master_key_arn', type: arnType },
    { name: '@overwrite_s3_backup_file', type: sqlType.bit },
    { name: '@type', type: sqlType.nvarchar(20) },
    { name: '@number_of_files', type: sqlType.int },
    ...tuning,
    { name: '@enable_bucket_default_encryption', type: sqlType.bit },
  ],
  run(args, context) {
    const { instance } = context;
    checkSubmission(context);
    const name = databaseName(args, '@source_db_name');
    const target = s3Arn(args, '@s3_arn_to_backup_to');
    if (backupType(args) === 'DIFFERENTIAL') {
      throw sqlErrors.notImplemented('differential backups');
    }
    checkTuning(args);
    const fileCount = numberArgument(args, '@number_of_files') ?? 1;
    if (fileCount < 1 || fileCount > mostFiles) {
      throw raised(`The value '${fileCount}' is not valid for @number_of_files. Specify 1 to 10.`);
    }
    if (fileCount > 1 && target.split('*').length !== 2) {
      throw raised('A backup to several files needs exactly one asterisk (*) in the S3 ARN.');
    }
    if (systemDatabases.some((system) => system === name.toLowerCase())) {
      throw raised(`Database '${name}' is a system database and cannot be backed up.`);
    }
    const database = instance.database(name);
    if (!database) throw sqlErrors.unknownDatabase(name);
    if (database.state === 'RESTORING') {
      throw new SqlError(
        927,
        14,
        2,
        `Database '${database.name}' cannot be opened. It is in the middle of a restore.`,
      );
    }
    checkPending(instance, name, () => false);
    return submit(context, {
      type: 'BACKUP_DB',
      databaseName: database.name,
      s3Arn: target,
      kmsKeyArn: textArgument(args, '@kms_master_key_arn') ?? null,
      overwrite: flagArgument(args, '@overwrite_s3_backup_file') ?? false,
      fileCount,
    });
  },
};
