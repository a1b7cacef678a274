import { surelyOtherKey } from '../aws/keyIdentity.js';
import { readability } from '../envelope/readability.js';
import { EngineError } from '../errors.js';
import type { Inspection } from '../inspection/inspection.js';
import type { Finding } from './finding.js';
import type { RestoreFacts } from './restoreFacts.js';

/** A key is passed when and only when the files are encrypted, and it is the right and a usable one. */
export function envelopeFindings(facts: RestoreFacts): Finding[] {
  const { restore, files } = facts;
  const perFile = (files?.inspected ?? []).flatMap((file) => fileFindings(file, restore.kmsKeyArn));
  // The files of one backup fail for one reason: it is told of the first.
  const first = new Map(perFile.toReversed().map((finding) => [finding.id, finding]));
  return [...[...first.values()].toReversed(), ...keyFindings(facts)];
}

function fileFindings(file: Inspection, passed: string | undefined): Finding[] {
  const { location, object, error } = file;
  if (object === undefined) return passed === undefined ? [] : unreadEnvelope(location, error);
  if (object.envelope === undefined) return passed === undefined ? [] : [noEnvelope(file, passed)];
  return [
    ...formatFindings(location, object.envelope),
    ...(passed === undefined ? [noKey(file)] : otherKey(file, passed)),
  ];
}

function unreadEnvelope(location: string, error: unknown): Finding[] {
  if (!(error instanceof EngineError) || !error.code.startsWith('envelope/')) return [];
  return [
    {
      id: 'envelope-malformed',
      severity: 'warns',
      sentence: `The envelope of ${location} cannot be read: ${error.message}`,
      wayOut: 'Upload the backup again.',
      remedy: 'upload-again',
    },
  ];
}

const noEnvelope = ({ location }: Inspection, passed: string): Finding => ({
  id: 'cse-metadata-incomplete',
  severity: 'blocks',
  sentence:
    `The key ${passed} is passed, but ${location} carries no envelope, so it is not client-side ` +
    'encrypted.',
  wayOut: 'Restore it without a key, or upload it again encrypted.',
  remedy: 'drop-the-key',
});

function noKey({ location, object, facts }: Inspection): Finding {
  const envelope = object?.envelope;
  const named = envelope?.wrap.kind === 'kms' ? envelope.wrap.context['kms_cmk_id'] : undefined;
  const keyArn = facts?.keyArn ?? named;
  return {
    id: 'encrypted-backup-no-key',
    severity: 'blocks',
    sentence: `${location} is client-side encrypted, but no key is passed.`,
    wayOut: `Pass ${keyArn ?? 'the key that wrapped its data key'}.`,
    remedy: 'pass-the-key',
    values: keyArn === undefined ? {} : { keyArn },
  };
}

function formatFindings(
  location: string,
  envelope: NonNullable<NonNullable<Inspection['object']>['envelope']>,
): Finding[] {
  const { rds } = readability(envelope);
  if (rds.canRead === 'yes') return [];
  const common = {
    wayOut: 'Download and decrypt it, and upload it again encrypted for RDS (format V1).',
    remedy: 'upload-again',
  } as const;
  return [
    rds.canRead === 'no'
      ? {
          id: 'envelope-unreadable',
          severity: 'blocks',
          sentence: `RDS cannot decrypt ${location}: ${rds.why}`,
          ...common,
        }
      : {
          id: 'envelope-unproven',
          severity: 'warns',
          sentence: `Nobody has seen RDS restore an object encrypted like ${location}: ${rds.why}`,
          ...common,
        },
  ];
}

function otherKey({ location, object, facts }: Inspection, passed: string): Finding[] {
  const wrapping = facts?.keyArn;
  if (wrapping !== undefined) {
    if (!surelyOtherKey(passed, wrapping)) return [];
    return [
      {
        id: 'aws-kms-incorrect-key',
        severity: 'blocks',
        sentence: `The data key of ${location} was wrapped by ${wrapping}, but ${passed} is passed.`,
        wayOut: 'Pass the key that wrapped it.',
        remedy: 'choose-another-key',
        values: { keyArn: wrapping },
      },
    ];
  }
  const wrap = object?.envelope?.wrap;
  const named = wrap === undefined || wrap.kind === 'raw' ? undefined : wrap.context['kms_cmk_id'];
  if (named === undefined || !surelyOtherKey(passed, named)) return [];
  return [
    {
      id: 'aws-kms-incorrect-key',
      // What an envelope names is not proven until KMS has opened it.
      severity: 'warns',
      sentence: `The envelope of ${location} names the key ${named}, but ${passed} is passed.`,
      wayOut: 'Pass the key that the envelope names.',
      remedy: 'choose-another-key',
      values: named.startsWith('arn:') ? { keyArn: named } : {},
    },
  ];
}

function keyFindings({ restore, key }: RestoreFacts): Finding[] {
  const passed = restore.kmsKeyArn;
  if (passed === undefined || key === undefined) return [];
  if (key === null) {
    return [
      {
        id: 'kms-key-does-not-exist',
        severity: 'blocks',
        sentence: `KMS knows no key ${passed}.`,
        wayOut: 'Check account, region and key id.',
        remedy: 'choose-another-key',
      },
    ];
  }
  const unusable = (id: string, what: string, wayOut: string): Finding[] => [
    {
      ...{ id, severity: 'blocks', wayOut, remedy: 'choose-another-key' },
      sentence: `RDS cannot use the key ${key.arn}: ${what}`,
    },
  ];
  if (key.manager === 'AWS') {
    const what = 'AWS manages it for its services.';
    return unusable('aws-managed-key', what, 'Pass a key of your own account.');
  }
  if (!key.symmetric) {
    const what = 'it is not a symmetric encryption key.';
    return unusable('aws-kms-key-usage', what, 'Pass a symmetric key.');
  }
  if (!key.enabled) {
    return unusable(
      'aws-kms-disabled',
      `its state is ${key.state}.`,
      key.state === 'PendingDeletion'
        ? 'Cancel its deletion and enable it.'
        : 'Enable it, and start the restore then.',
    );
  }
  return [];
}
