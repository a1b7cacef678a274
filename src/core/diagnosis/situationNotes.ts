import { regionNamedBy, surelyOtherKey } from '../aws/keyIdentity.js';
import { majorVersion, productAndVersion } from '../backupFile/describe.js';
import { restoreLimits } from '../nativeTasks/limits.js';
import { sameDatabaseName } from '../sql/databaseName.js';
import type { Situation, SituationObject } from './situation.js';

/** What is off in the situation, as sentences with the actual values. */
export function situationNotes(situation: Situation): string[] {
  return [
    ...keyNotes(situation),
    ...regionNotes(situation),
    ...instanceNotes(situation),
    ...fileNotes(situation),
  ];
}

function keyNotes({ keyPassed, object }: Situation): string[] {
  const envelope = object?.envelope;
  if (!object || envelope === undefined) return [];
  if (envelope === null) return keyPassed ? [keyWithoutEnvelope(keyPassed, object)] : [];
  const notes = [];
  if (envelope.unreadable !== undefined) {
    notes.push(`RDS cannot decrypt ${object.location}: ${envelope.unreadable}`);
  }
  if (keyPassed === null) {
    const key = envelope.wrappingKey ?? envelope.namedKey ?? 'the key that wrapped its data key';
    notes.push(
      `${object.location} is client-side encrypted (${envelope.format} envelope), but no key was ` +
        `passed. Pass ${key} as @kms_master_key_arn.`,
    );
  }
  if (typeof keyPassed === 'string') notes.push(...otherKey(keyPassed, object.location, envelope));
  return notes;
}

const keyWithoutEnvelope = (key: string, { location }: SituationObject) =>
  `The key ${key} was passed, but ${location} carries no envelope, so it is not client-side ` +
  'encrypted. Restore it without a key, or upload it again encrypted.';

function otherKey(
  passed: string,
  location: string,
  envelope: NonNullable<SituationObject['envelope']>,
): string[] {
  const { wrappingKey, namedKey } = envelope;
  if (wrappingKey !== undefined) {
    return surelyOtherKey(passed, wrappingKey)
      ? [
          `The data key of ${location} was wrapped by ${wrappingKey}, but ${passed} was passed. ` +
            'Pass the key that wrapped it.',
        ]
      : [];
  }
  return namedKey !== undefined && surelyOtherKey(passed, namedKey)
    ? [`The envelope of ${location} names the key ${namedKey}, but ${passed} was passed.`]
    : [];
}

function regionNotes({ instance, bucketRegion, keyPassed }: Situation): string[] {
  if (!instance) return [];
  const notes = [];
  if (bucketRegion !== undefined && bucketRegion !== instance.region) {
    notes.push(
      `The bucket lies in ${bucketRegion}, the instance ${instance.id} in ${instance.region}; RDS ` +
        'restores only from a bucket in its own region.',
    );
  }
  const keyRegion = keyPassed ? regionNamedBy(keyPassed) : undefined;
  if (keyRegion !== undefined && keyRegion !== instance.region) {
    notes.push(
      `The key lies in ${keyRegion}, the instance ${instance.id} in ${instance.region}; RDS uses ` +
        'only keys of its own region.',
    );
  }
  return notes;
}

function instanceNotes(o: Situation): string[] {
  const { instance, backupServerVersion, databaseName } = o;
  const notes = [];
  if (instance?.notReady !== undefined) {
    notes.push(`${instance.id} is not ready for native backup and restore: ${instance.notReady}`);
  }
  if (
    instance?.engineVersion !== undefined &&
    backupServerVersion !== undefined &&
    majorVersion(backupServerVersion) > majorVersion(instance.engineVersion)
  ) {
    notes.push(
      `The backup was made by ${productAndVersion(backupServerVersion)}; ${instance.id} runs the older ` +
        `${productAndVersion(instance.engineVersion)}. Restore it on an instance of at least that version.`,
    );
  }
  const taken = o.existingDatabases?.find(
    (name) => databaseName && sameDatabaseName(name, databaseName),
  );
  if (taken !== undefined) {
    notes.push(`The instance already has a database “${taken}”. Restore under another name.`);
  }
  return notes;
}

function fileNotes({ filesFound, filesExpected }: Situation): string[] {
  if (filesFound === undefined) return [];
  if (filesFound === 0) return ['No object matches the ARN; keys are case sensitive.'];
  if (filesFound > restoreLimits.files) {
    return [
      `${filesFound} objects match the ARN; RDS restores from at most ${restoreLimits.files}. Lengthen the ` +
        'prefix, or move other files away.',
    ];
  }
  if (filesExpected !== undefined && filesExpected !== filesFound) {
    return [`The backup consists of ${filesExpected} files; the ARN matches ${filesFound}.`];
  }
  return [];
}
