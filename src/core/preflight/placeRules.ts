import { regionNamedBy } from '../aws/keyIdentity.js';
import type { Finding } from './finding.js';
import type { RestoreFacts } from './restoreFacts.js';

/** States of an instance in which SQL Server does not answer and will not by itself. */
const outOfService = [
  'creating',
  'deleting',
  'failed',
  'inaccessible-encryption-credentials',
  'incompatible-network',
  'incompatible-restore',
  'restore-error',
  'stopped',
  'stopping',
];

/** Bucket, key and instance lie in one region, and the instance is up and ready. */
export function placeFindings(facts: RestoreFacts): Finding[] {
  return [...bucketFindings(facts), ...keyRegion(facts), ...stateOf(facts), ...optionOf(facts)];
}

function bucketFindings({ bucket, instance }: RestoreFacts): Finding[] {
  if (bucket?.region === null) {
    return [
      {
        id: 'bucket-does-not-exist',
        severity: 'blocks',
        sentence: `There is no bucket “${bucket.name}”.`,
        wayOut: 'Check the name of the bucket.',
        remedy: 'choose-another-object',
      },
    ];
  }
  if (!bucket || !instance || bucket.region === instance.region) return [];
  return [
    {
      id: 'bucket-other-region',
      severity: 'blocks',
      sentence:
        `The bucket ${bucket.name} lies in ${bucket.region}, the instance ${instance.id} in ` +
        `${instance.region}; RDS restores only from a bucket in its own region.`,
      wayOut:
        `Upload the backup to a bucket in ${instance.region}, encrypted with a key of that region, ` +
        `or restore on an instance in ${bucket.region}.`,
      remedy: 'choose-another-object',
    },
  ];
}

function keyRegion({ restore, instance }: RestoreFacts): Finding[] {
  const { kmsKeyArn } = restore;
  const region = kmsKeyArn === undefined ? undefined : regionNamedBy(kmsKeyArn);
  if (!instance || region === undefined || region === instance.region) return [];
  return [
    {
      id: 'key-other-region',
      severity: 'blocks',
      sentence:
        `The key ${kmsKeyArn ?? ''} lies in ${region}, the instance ${instance.id} in ` +
        `${instance.region}; RDS uses only keys of its own region.`,
      wayOut:
        `Pass a key in ${instance.region}. Unless it is a replica of the key that encrypted the ` +
        'backup, encrypt and upload the backup with it first.',
      remedy: 'choose-another-key',
    },
  ];
}

function stateOf({ instance }: RestoreFacts): Finding[] {
  if (!instance || instance.status === 'available') return [];
  const { id, status } = instance;
  return [
    {
      id: 'aws-db-instance-state',
      severity: outOfService.includes(status) ? 'blocks' : 'warns',
      sentence: `The instance ${id} is ${status}, not available.`,
      wayOut: /^stop/.test(status) ? 'Start it first.' : 'Wait until it is available.',
      remedy: 'wait-for-instance',
    },
  ];
}

function optionOf({ instance }: RestoreFacts): Finding[] {
  if (!instance) return [];
  const { id, backupRestore } = instance;
  if (backupRestore.state === 'ready' || backupRestore.state === 'unknown') return [];
  const pending = backupRestore.state === 'pending';
  // An option group that is being removed may still be in force.
  const uncertain = backupRestore.state === 'missing' && backupRestore.lacks === 'membership';
  return [
    {
      id: 'option-not-enabled',
      severity: uncertain ? 'warns' : 'blocks',
      sentence: `${id} is not ready for native backup and restore: ${backupRestore.reason}`,
      wayOut: pending
        ? 'Wait until the option group is in sync.'
        : 'Prepare the instance, or restore on another one.',
      remedy: pending ? 'wait-for-instance' : 'choose-another-instance',
    },
  ];
}
