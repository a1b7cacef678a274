import type { Instance } from '../../core/aws/instances.js';
import type { RestoreDatabase } from '../../core/nativeTasks/restoreParameters.js';
import type { BackupSource } from './backupSource.js';

/** A restore with everything decided. */
export interface RestorePlan {
  readonly instance: Instance;
  readonly source: BackupSource;
  readonly databaseName: string;
  /** undefined passes none. */
  readonly kmsKeyArn: string | undefined;
}

export const parametersOf = (plan: RestorePlan): RestoreDatabase => ({
  databaseName: plan.databaseName,
  s3Arn: plan.source.s3Arn,
  kmsKeyArn: plan.kmsKeyArn,
});
