import { leavesRestoring } from '../../agent/task.js';
import { raised, SqlError, sqlErrors } from '../sqlError.js';
import { sqlType, sysname } from '../types.js';
import {
  arnType,
  backupType,
  checkPending,
  checkSubmission,
  checkTuning,
  databaseExists,
  databaseName,
  s3Arn,
  submit,
  tuning,
} from './submission.js';
import { flagArgument, type ProcedureDefinition, textArgument } from './procedure.js';

const volumes = ['D:', 'H:', 'I:', 'J:'];

export const restoreDatabase: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_restore_database',
  parameters: [
    { name: '@restore_db_name', type: sysname, required: true },
    { name: '@s3_arn_to_restore_from', type: arnType, required: true },
    { name: '@kms_master_key_arn', type: arnType },
    { name: '@with_norecovery', type: sqlType.bit },
    { name: '@type', type: sqlType.nvarchar(20) },
    { name: '@keep_cdc', type: sqlType.bit },
    { name: '@data_file_volume', type: sqlType.nvarchar(4) },
    { name: '@log_file_volume', type: sqlType.nvarchar(4) },
    ...tuning,
  ],
  run(args, context) {
    const { instance } = context;
    checkSubmission(context);
    const name = databaseName(args, '@restore_db_name');
    const source = s3Arn(args, '@s3_arn_to_restore_from');
    const type = backupType(args);
    const norecovery = flagArgument(args, '@with_norecovery');
    if (type === 'DIFFERENTIAL' && norecovery === undefined) {
      throw sqlErrors.parameterMissing('rds_restore_database', '@with_norecovery');
    }
    if (type === 'FULL' && norecovery && flagArgument(args, '@keep_cdc')) {
      throw new SqlError(
        3031,
        16,
        1,
        "Option 'norecovery' conflicts with option(s) 'keep_cdc'. Remove the conflicting option and reissue the statement.",
      );
    }
    for (const volume of ['@data_file_volume', '@log_file_volume']) {
      const value = textArgument(args, volume);
      if (value !== undefined && !volumes.includes(value.toUpperCase())) {
        throw raised(`The value '${value}' is not valid for ${volume}. Specify D:, H:, I: or J:.`);
      }
    }
    checkTuning(args);
    if (type === 'FULL') {
      checkPending(instance, name, () => false);
      const taken = instance.collidingName(name);
      if (taken !== undefined) throw raised(databaseExists(taken));
    } else checkPending(instance, name, leavesRestoring);
    const base = type === 'FULL' ? 'RESTORE_DB' : 'RESTORE_DB_DIFFERENTIAL';
    return submit(context, {
      type: norecovery ? `${base}_NORECOVERY` : base,
      databaseName: name,
      s3Arn: source,
      kmsKeyArn: textArgument(args, '@kms_master_key_arn') ?? null,
    });
  },
};

export const restoreLog: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_restore_log',
  parameters: [
    { name: '@restore_db_name', type: sysname, required: true },
    { name: '@s3_arn_to_restore_from', type: arnType, required: true },
    { name: '@kms_master_key_arn', type: arnType },
    { name: '@with_norecovery', type: sqlType.bit },
    { name: '@keep_cdc', type: sqlType.bit },
    // Accepted; how far a log is rolled forward shows in rows only, which the sandbox has not.
    { name: '@stopat', type: sqlType.datetime },
    ...tuning,
  ],
  run(args, context) {
    checkSubmission(context);
    const name = databaseName(args, '@restore_db_name');
    const source = s3Arn(args, '@s3_arn_to_restore_from');
    checkTuning(args);
    checkPending(context.instance, name, leavesRestoring);
    return submit(context, {
      type:
        flagArgument(args, '@with_norecovery') === false
          ? 'RESTORE_DB_LOG'
          : 'RESTORE_DB_LOG_NORECOVERY',
      databaseName: name,
      s3Arn: source,
      kmsKeyArn: textArgument(args, '@kms_master_key_arn') ?? null,
    });
  },
};

export const finishRestore: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_finish_restore',
  parameters: [{ name: '@db_name', type: sysname, required: true }],
  run(args, context) {
    checkSubmission(context);
    const name = databaseName(args, '@db_name');
    checkPending(context.instance, name, () => false);
    return submit(context, {
      type: 'FINISH_RESTORE',
      databaseName: context.instance.database(name)?.name ?? name,
    });
  },
};
