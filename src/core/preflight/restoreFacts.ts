import type { KeyDescription } from '../aws/describeKey.js';
import type { Instance } from '../aws/instances.js';
import type { BackupHeader, BackupSet } from '../backupFile/backupHeader.js';
import type { Inspection } from '../inspection/inspection.js';
import type { RestoreDatabase } from '../nativeTasks/restoreParameters.js';
import type { TaskRow } from '../nativeTasks/taskRow.js';
import type { Database } from '../sql/databases.js';
import type { InstanceFacts } from '../sql/instanceFacts.js';

/** The parameters of a restore that can make it fail. */
export type PlannedRestore = Pick<RestoreDatabase, 'databaseName' | 's3Arn' | 'type' | 'kmsKeyArn'>;

/**
 * What is known before a restore starts. A missing fact is one that nobody could look up; `null` says
 * that there is no such thing.
 */
export interface RestoreFacts {
  readonly restore: PlannedRestore;
  /** As RDS describes it. */
  readonly instance?: Instance | undefined;
  /** As it says itself. */
  readonly engine?: InstanceFacts | undefined;
  readonly databases?: readonly Database[] | undefined;
  readonly tasks?: readonly TaskRow[] | undefined;
  readonly bucket?: { readonly name: string; readonly region: string | null } | undefined;
  readonly files?: BackupFiles | undefined;
  readonly key?: KeyDescription | null | undefined;
}

/** The objects that the ARN matches. */
export interface BackupFiles {
  /** `s3://bucket/key`, or `s3://bucket/prefix*`. */
  readonly location: string;
  /** How many there are; counted up to one more than RDS restores from. */
  readonly count: number;
  /** What is in them; an inspection without `object` could not even read the envelope. */
  readonly inspected: readonly Inspection[];
}

/** True when the ARN names its files by a prefix. */
export const isFileSet = ({ s3Arn }: PlannedRestore) => s3Arn.trimEnd().endsWith('*');

/** Headers of the files, as far as they could be read. */
export const headersOf = ({ files }: RestoreFacts): BackupHeader[] =>
  (files?.inspected ?? []).flatMap(({ header }) => header ?? []);

/** The backup set that RDS restores: the first. Every file of a backup tells the same of it. */
export const firstSet = (facts: RestoreFacts): BackupSet | undefined =>
  headersOf(facts).flatMap(({ sets }) => sets)[0];

/** For sentences. */
export const instanceName = ({ instance }: Pick<RestoreFacts, 'instance'>) =>
  instance?.id ?? 'the instance';
