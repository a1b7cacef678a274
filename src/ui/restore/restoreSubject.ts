import type { Instance } from '../../core/aws/instances.js';
import type { S3Location } from '../../core/aws/s3Uri.js';

/** What is known of a restore before anything is asked: by a row of a tree, a link or other code. */
export interface RestoreSubject {
  readonly instance?: Instance | undefined;
  /** An object, the beginning of keys and `*`, or a bucket or folder to start looking in. */
  readonly location?: S3Location | undefined;
  readonly databaseName?: string | undefined;
  /** null says that none is to be passed. */
  readonly kmsKeyArn?: string | null | undefined;
}

export const isFolder = ({ key }: S3Location) => key === '' || key.endsWith('/');
