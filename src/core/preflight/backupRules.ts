import type { WarningCode } from '../backupFile/backupHeader.js';
import { EngineError } from '../errors.js';
import type { Inspection } from '../inspection/inspection.js';
import type { Finding } from './finding.js';
import type { RestoreFacts } from './restoreFacts.js';

const another = 'Take the backup again, or choose another one.';

/** What cannot be read as a backup at all. */
const unreadable: Readonly<Record<string, readonly [id: string, severity: Finding['severity']]>> = {
  'backupFile/empty': ['unexpected-eof', 'blocks'],
  'backupFile/not-a-backup': ['not-mtf', 'blocks'],
  'backupFile/too-old': ['backup-too-old', 'blocks'],
  'backupFile/cut-short': ['backup-set-incomplete', 'blocks'],
  'backupFile/damaged': ['damaged-backup', 'warns'],
  'backupFile/limit': ['damaged-backup', 'warns'],
  'envelope/decrypt-failed': ['damaged-backup', 'warns'],
};

/** Warnings of the reader that bear upon a restore. */
const telling: Readonly<
  Partial<Record<WarningCode, readonly [string, Finding['severity'], string]>>
> = {
  damaged: ['damaged-backup', 'warns', another],
  'damaged-at-source': ['damaged-backup', 'warns', another],
  'copies-differ': ['damaged-backup', 'warns', another],
  password: ['backup-password', 'blocks', 'Take the backup again without a password.'],
  encrypted: [
    'tde-cert-missing-rds',
    'warns',
    'Take the backup without SQL Server’s encryption; what is uploaded is encrypted for RDS.',
  ],
  'probably-tde': [
    'tde-cert-missing-rds',
    'warns',
    'Restore the certificate on the instance first (rds_restore_tde_certificate), unless it is there.',
  ],
};

/** Every file is a backup, whole and not damaged, that can be opened without a secret. */
export function backupFindings({ files }: RestoreFacts): Finding[] {
  const perFile = (files?.inspected ?? []).flatMap((file) => [
    ...errorFindings(file),
    ...headerFindings(file),
  ]);
  const seen = new Set<string>();
  return perFile.filter(({ sentence }) => !seen.has(sentence) && seen.add(sentence));
}

function errorFindings({ location, error }: Inspection): Finding[] {
  const known = error instanceof EngineError ? unreadable[error.code] : undefined;
  if (known === undefined) return [];
  const [id, severity] = known;
  return [
    {
      ...{ id, severity },
      sentence: `${location} does not hold a backup that can be read: ${(error as EngineError).message}`,
      wayOut: another,
      remedy: 'choose-another-object',
    },
  ];
}

function headerFindings({ location, header }: Inspection): Finding[] {
  if (header === undefined) return [];
  const findings: Finding[] = [];
  const warned = (code: WarningCode) => header.warnings.some((warning) => warning.code === code);
  // RDS restores the first set; that a later one is cut short does not matter to it.
  if (header.complete === false && header.sets.length === 1 && !warned('trailing-bytes')) {
    findings.push({
      id: 'backup-set-incomplete',
      severity: 'blocks',
      sentence: `The backup in ${location} is cut short: its end is missing.`,
      wayOut: 'Compare its size with the original and upload it again, or take the backup again.',
      remedy: 'upload-again',
    });
  }
  for (const { code, message } of header.warnings) {
    const known = telling[code];
    if (known === undefined) continue;
    const [id, severity, wayOut] = known;
    findings.push({ id, severity, wayOut, sentence: `${location}: ${message}` });
  }
  return findings;
}
