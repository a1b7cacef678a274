/**
 * What is known of the operation that failed. Every fact is optional; `null` says that there is none,
 * a missing fact that nobody looked.
 */
export interface Situation {
  /** `@kms_master_key_arn` of the restore; null when it was submitted without. */
  readonly keyPassed?: string | null | undefined;
  readonly object?: SituationObject | undefined;
  readonly bucketRegion?: string | undefined;
  readonly instance?:
    | {
        readonly id: string;
        readonly region: string;
        /** For example `15.00.4415.2.v1`. */
        readonly engineVersion?: string | undefined;
        /** Why native backup and restore is not ready on it; missing when it is. */
        readonly notReady?: string | undefined;
      }
    | undefined;
  /** Version of the SQL Server that made the backup, for example `16.0.1000.6`. */
  readonly backupServerVersion?: string | undefined;
  readonly databaseName?: string | undefined;
  readonly existingDatabases?: readonly string[] | undefined;
  /** Objects that the ARN matches. */
  readonly filesFound?: number | undefined;
  /** Files that the backup consists of. */
  readonly filesExpected?: number | undefined;
}

export interface SituationObject {
  /** For sentences: `s3://bucket/key`. */
  readonly location: string;
  readonly envelope?:
    | {
        readonly format: 'v1' | 'v2' | 'v3';
        /** Key that the envelope names (V2's `kms_cmk_id`): id, ARN or alias. */
        readonly namedKey?: string | undefined;
        /** ARN of the key that in fact wrapped the data key, as KMS Decrypt tells. */
        readonly wrappingKey?: string | undefined;
        /** Why RDS cannot decrypt this format; missing when it can. */
        readonly unreadable?: string | undefined;
      }
    | null
    | undefined;
}
