import type { BackupSet, BackupTypeLetter } from '../backupFile/backupHeader.js';
import { backupTypeText, majorVersion, productAndVersion } from '../backupFile/describe.js';
import { restoreLimits } from '../nativeTasks/limits.js';
import { formatBytes } from '../text/units.js';
import type { Finding } from './finding.js';
import { firstSet, headersOf, instanceName, type RestoreFacts } from './restoreFacts.js';

/** What is backed up is of the right kind, and fits the engine and the disk. */
export function setFindings(facts: RestoreFacts): Finding[] {
  const set = firstSet(facts);
  if (set === undefined) return [];
  return [
    ...typeFindings(facts, set),
    ...severalSets(facts, set),
    ...versionFindings(facts, set),
    ...recoveryModel(facts, set),
    ...sizeFindings(facts, set),
  ];
}

const differentials: readonly BackupTypeLetter[] = ['I', 'Q', 'G'];
/** SQL Server creates a database from these too, if they hold enough of it. */
const partials: readonly BackupTypeLetter[] = ['F', 'P'];

function typeFindings({ restore }: RestoreFacts, set: BackupSet): Finding[] {
  const { backupType: type } = set;
  const kind = backupTypeText(set).toLowerCase();
  if (type === null) return [];
  if (restore.type === 'DIFFERENTIAL') {
    if (differentials.includes(type)) return [];
    return [
      {
        id: 'not-a-differential',
        severity: type === 'L' ? 'blocks' : 'warns',
        sentence: `The backup is not a differential one, as stated, but of type: ${kind}.`,
        wayOut: 'Choose the differential backup, or restore this one as what it is.',
        remedy: 'choose-another-object',
      },
    ];
  }
  if (type === 'D') return [];
  return [
    {
      id: 'restore-needs-full-first',
      severity: partials.includes(type) ? 'warns' : 'blocks',
      sentence: `The backup is not a full one, but of type: ${kind}. A new database starts from a full backup.`,
      wayOut: differentials.includes(type)
        ? 'Restore the full backup it is based on with NORECOVERY first, and this one after it as a differential.'
        : 'Choose a full backup.',
      remedy: differentials.includes(type) ? 'state-differential' : 'choose-another-object',
    },
  ];
}

function severalSets(facts: RestoreFacts, set: BackupSet): Finding[] {
  const most = Math.max(...headersOf(facts).map(({ sets }) => sets.length));
  if (most < 2) return [];
  return [
    {
      id: 'several-backup-sets',
      severity: 'warns',
      sentence:
        `The file holds ${most} backup sets; the first is restored: ` +
        `${backupTypeText(set).toLowerCase()} of ${set.databaseName}, ${set.backupStartDate?.replace('T', ' ') ?? 'date unknown'}.`,
      wayOut: 'If you need another one, take the backup again into a file of its own.',
      remedy: 'choose-another-object',
    },
  ];
}

function versionFindings(facts: RestoreFacts, { softwareVersion }: BackupSet): Finding[] {
  const server = facts.engine?.productVersion ?? facts.instance?.engineVersion;
  if (server === undefined || majorVersion(softwareVersion) <= majorVersion(server)) return [];
  if (Number.isNaN(majorVersion(softwareVersion)) || Number.isNaN(majorVersion(server))) return [];
  return [
    {
      id: 'version-too-new',
      severity: 'blocks',
      sentence:
        `The backup was made by ${productAndVersion(softwareVersion)}; ${instanceName(facts)} runs ` +
        `the older ${productAndVersion(server)}.`,
      wayOut: 'Restore it on an instance of at least that version.',
      remedy: 'choose-another-instance',
    },
  ];
}

function recoveryModel({ instance }: RestoreFacts, set: BackupSet): Finding[] {
  if (!instance?.multiAz || set.recoveryModel === 'FULL') return [];
  return [
    {
      id: 'multi-az-recovery-model',
      severity: 'blocks',
      sentence:
        `${instance.id} is a Multi-AZ instance, which takes only databases of the FULL recovery ` +
        `model; this backup is of a database in ${set.recoveryModel}.`,
      wayOut:
        'Set the recovery model to FULL and take the backup again, or turn Multi-AZ off for the restore.',
      remedy: 'choose-another-instance',
    },
  ];
}

function sizeFindings(facts: RestoreFacts, { files }: BackupSet): Finding[] {
  const { instance, engine } = facts;
  const bytes = (type?: 'D') =>
    files
      .filter((file) => type === undefined || file.type === type)
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const express = instance?.engine === 'sqlserver-ex' || engine?.edition?.startsWith('Express');
  const findings: Finding[] = [];
  if (express && bytes('D') > restoreLimits.expressBytes) {
    findings.push({
      id: 'express-10gb',
      severity: 'blocks',
      sentence: `The data files of the database have ${formatBytes(bytes('D'))}; SQL Server Express takes ${formatBytes(restoreLimits.expressBytes)}.`,
      wayOut: 'Restore it on an instance of another edition.',
      remedy: 'choose-another-instance',
    });
  }
  const storage = (instance?.allocatedStorageGiB ?? 0) * 1024 ** 3;
  if (instance !== undefined && storage > 0 && bytes() > storage) {
    findings.push({
      id: 'insufficient-space-create',
      severity: 'warns',
      sentence: `The database has ${formatBytes(bytes())}; ${instance.id} has ${formatBytes(storage)} of storage, of which some is taken.`,
      wayOut: 'Enlarge the storage of the instance first.',
      remedy: 'choose-another-instance',
    });
  }
  return findings;
}
