import { parseArn } from '../../core/aws/arn.js';
import { consoleUrl } from '../../core/aws/consoleUrl.js';
import type { Instance } from '../../core/aws/instances.js';
import { parseS3Arn } from '../../core/aws/s3Arn.js';
import { prefixOf, type S3Location } from '../../core/aws/s3Uri.js';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import { type CommandId, commandIds } from '../ids.js';
import type { EndedTask } from './endedTasks.js';

export type RemedyKind =
  | 'encrypt-and-upload'
  | 'restore-without-key'
  | 'restore-with-key'
  | 'restore-elsewhere'
  | 'inspect'
  | 'open-console'
  | 'renew-credentials'
  | 'sign-in';

/** A command that helps against a failure. */
export interface Remedy {
  readonly kind: RemedyKind;
  readonly command: CommandId;
  /** What the command is about, by the names that it reads of any subject; JSON. */
  readonly subject: Readonly<Record<string, unknown>>;
}

/** The failed task, as far as it is known; nothing of it for a message that somebody pasted. */
export interface FailedSubject {
  readonly task?: EndedTask | undefined;
  readonly instance?: Instance | undefined;
}

const commands: Readonly<Record<RemedyKind, CommandId>> = {
  'encrypt-and-upload': commandIds.upload,
  'restore-without-key': commandIds.restore,
  'restore-with-key': commandIds.restore,
  'restore-elsewhere': commandIds.restore,
  inspect: commandIds.inspect,
  'open-console': commandIds.openConsole,
  'renew-credentials': commandIds.renewCredentials,
  'sign-in': commandIds.signIn,
};

/** Remedy kinds by the catalogue's ids, the best first. */
const kinds: readonly (readonly [kinds: readonly RemedyKind[], ids: readonly string[]])[] = [
  [['encrypt-and-upload', 'restore-without-key'], ['cse-metadata-incomplete']],
  [['restore-with-key', 'inspect'], ['encrypted-backup-no-key']],
  [
    ['restore-with-key'],
    [
      'kms-key-does-not-exist',
      'aws-kms-key-not-found',
      'aws-kms-incorrect-key',
      'aws-kms-invalid-ciphertext',
    ],
  ],
  [
    ['restore-elsewhere'],
    [
      ...['database-exists', 'database-exists-rds', 'restore-same-file-guids'],
      ...['version-too-new', 'internal-version-too-new', 'db-version-948'],
    ],
  ],
  [
    ['inspect'],
    [
      ...['media-family-malformed', 'not-mtf', 'not-a-backup-set', 'backup-set-incomplete'],
      ...['backup-format-damaged', 'unexpected-eof', 'damaged-page', 'damaged-backup'],
    ],
  ],
  [
    ['open-console'],
    [
      ...['option-not-enabled', 'tlog-option-not-enabled', 'kms-not-authorized-rds'],
      ...['access-denied', 'aws-option-role-invalid', 'aws-option-group-state'],
      ...['aws-db-instance-state', 'insufficient-space-create', 'insufficient-space'],
    ],
  ],
  [
    ['renew-credentials'],
    [
      ...['aws-expired-token', 'aws-sso-expired', 'aws-mfa-required', 'aws-no-credentials'],
      ...['aws-invalid-client-token', 'aws-signature-mismatch'],
    ],
  ],
  [['sign-in'], ['login-failed', 'login-failed-bare', 'login-locked', 'login-untrusted-domain']],
];

/** The commands that help against a failure, the best first; empty where none does. */
export function remediesOf({ id }: Pick<Diagnosis, 'id'>, failed: FailedSubject): Remedy[] {
  const found = kinds.find(([, ids]) => ids.includes(id))?.[0] ?? [];
  return found.flatMap((kind): Remedy[] => {
    const subject = subjectFor(kind, failed);
    return subject === undefined ? [] : [{ kind, command: commands[kind], subject }];
  });
}

function subjectFor(
  kind: RemedyKind,
  { task, instance }: FailedSubject,
): Remedy['subject'] | undefined {
  const location = locationOf(task);
  const databaseName = task?.row.databaseName;
  switch (kind) {
    case 'encrypt-and-upload':
      // The way to the prefix in which the object lies; the file is asked for.
      return location === undefined
        ? {}
        : known({ location: { ...location, key: prefixOf(location.key) } });
    case 'restore-with-key':
      return known({ instance, location, databaseName, kmsKeyArn: keyOfEnvelope(task) });
    case 'restore-without-key':
      return known({ instance, location, databaseName, kmsKeyArn: null });
    case 'restore-elsewhere':
      return known({ location, kmsKeyArn: task?.row.kmsKeyArn });
    case 'inspect':
      return location === undefined || isSet(location) ? undefined : { location };
    case 'open-console': {
      const url = task && optionGroupPage(task, instance);
      return url === undefined ? undefined : { consoleUrl: url };
    }
    case 'sign-in':
      return known({ instance });
    case 'renew-credentials':
      return {};
  }
}

const known = (subject: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined));

/** The object of the task, or the beginning of its objects' keys and `*`; not behind an access point. */
function locationOf(task: EndedTask | undefined): S3Location | undefined {
  const text = task?.row.s3ObjectArn;
  if (text === undefined) return undefined;
  try {
    const arn = parseS3Arn(text);
    return arn.kind === 'bucket' ? { bucket: arn.bucket, key: arn.key } : undefined;
  } catch {
    // A malformed ARN may be the very failure.
    return undefined;
  }
}

const isSet = ({ key }: S3Location) => key.endsWith('*');

/** The key to pass: the one that wrapped the data key, else the one that the envelope names. */
function keyOfEnvelope(task: EndedTask | undefined): string | undefined {
  const envelope = task?.situation?.object?.envelope;
  return envelope?.wrappingKey ?? envelope?.namedKey;
}

/** Where the role and the option are seen to: the option group, else the instance with its groups. */
function optionGroupPage({ instanceArn, instanceId }: EndedTask, instance?: Instance) {
  const { region } = parseArn(instanceArn);
  const name = instance?.optionGroups[0]?.group;
  return consoleUrl(
    name === undefined
      ? { kind: 'instance', region, id: instanceId }
      : { kind: 'option-group', region, name },
  );
}
