import { bucketNameProblem, s3KeyProblem } from '../../core/aws/s3Names.js';
import { parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { EngineError } from '../../core/errors.js';

/** What a task of tasks.json does, checked. */
export type TaskDefinition =
  | {
      readonly action: 'upload';
      readonly file: string;
      readonly object: S3Location;
      readonly kmsKey: string;
      readonly overwrite: boolean;
    }
  | {
      readonly action: 'download';
      readonly file: string;
      readonly object: S3Location;
      readonly overwrite: boolean;
    }
  | {
      readonly action: 'restore';
      /** `s3://bucket/key`, or `s3://bucket/prefix*` for a backup of several files. */
      readonly object: string;
      readonly instance: string;
      readonly database: string;
      readonly kmsKey: string | undefined;
    };

/**
 * Reads a definition as it stands in tasks.json, variables replaced.
 * @throws EngineError `tasks/bad-definition` naming the property
 */
export function readDefinition(raw: Readonly<Record<string, unknown>>): TaskDefinition {
  const text = (name: string) => {
    const value = raw[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    throw bad(`“${name}” is missing; ${String(raw['action'])} needs it.`);
  };
  const overwrite = raw['overwrite'] === true;
  switch (raw['action']) {
    case 'upload':
      return {
        action: 'upload',
        file: text('file'),
        object: objectOf(text('object')),
        kmsKey: text('kmsKey'),
        overwrite,
      };
    case 'download':
      return {
        action: 'download',
        file: text('file'),
        object: objectOf(text('object')),
        overwrite,
      };
    case 'restore':
      return {
        action: 'restore',
        object: text('object'),
        instance: text('instance'),
        database: text('database'),
        kmsKey: raw['kmsKey'] === undefined ? undefined : text('kmsKey'),
      };
    default:
      throw bad('“action” must be upload, restore or download.');
  }
}

function objectOf(uri: string): S3Location {
  const location = parseS3Uri(uri);
  const problem = bucketNameProblem(location.bucket) ?? s3KeyProblem(location.key);
  if (problem !== undefined) throw bad(`“object” is ${uri}: ${problem}`);
  return location;
}

const bad = (sentence: string) =>
  new EngineError('tasks/bad-definition', `The task in tasks.json cannot run: ${sentence}`);
