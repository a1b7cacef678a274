import type { BackupSet, BackupWarning, MediaHeader, WarningCode } from './backupHeader.js';
import type { FoundSets } from './backupSets.js';
import type { FoundSet } from './foundSet.js';
import { backupFlags } from './toBackupSet.js';

const warning = (code: WarningCode, message: string): BackupWarning => ({ code, message });

export const encryptedWarning = warning(
  'encrypted',
  'The backup is encrypted by SQL Server (WITH ENCRYPTION): nothing but that can be read without the ' +
    'certificate it was made with, and the server that restores it needs that certificate.',
);

export const probablyTdeWarning = warning(
  'probably-tde',
  'The database is probably encrypted by TDE: the server that restores this backup needs the ' +
    'certificate of the source server.',
);

/** Compressed, but not in a way that can be unpacked here: the backup itself may be fine. */
export const unreadableWarning = warning(
  'header-unreadable',
  'The backup is compressed in a way this program cannot unpack, so its description cannot be shown. ' +
    'SQL Server can still read it: RESTORE HEADERONLY shows what it holds.',
);

export function mediaWarnings(media: MediaHeader): BackupWarning[] {
  const { familyCount, familySequenceNumber, hasMediaPassword } = media;
  const found: BackupWarning[] = [];
  if (familyCount > 1)
    found.push(
      warning(
        'stripe',
        `This file is stripe ${familySequenceNumber} of ${familyCount} of one backup: restoring it ` +
          `needs all ${familyCount} files together and fails with this one alone.`,
      ),
    );
  if (hasMediaPassword)
    found.push(
      warning(
        'password',
        'The media set has a password, which only RESTORE … MEDIAPASSWORD can give.',
      ),
    );
  return found;
}

/** What was met while reading: where the file breaks off, and what had to be left out. */
export function readingWarnings(found: FoundSets): BackupWarning[] {
  const { stopped, complete, sets, lost = 0 } = found;
  const warnings: BackupWarning[] = [];
  if (lost > 0)
    warnings.push(warning('damaged', `Backup sets that are left out because of damage: ${lost}.`));
  const ended = (sets.at(-1)?.filemarks ?? 0) >= 2;
  if (stopped?.reason === 'compression') warnings.push(unreadableWarning);
  else if (stopped?.reason === 'limit')
    warnings.push(
      warning('limit', `The file was not read to its end: it needs ${stopped.message}.`),
    );
  else if (stopped?.reason === 'damaged' && ended)
    warnings.push(
      warning(
        'trailing-bytes',
        'After the last backup set there are bytes that belong to no backup.',
      ),
    );
  else if (stopped?.reason === 'damaged')
    warnings.push(
      warning(
        'damaged',
        `The file is damaged and could be read only in part (${stopped.message}).`,
      ),
    );
  else if (!complete)
    warnings.push(
      warning(
        'possibly-truncated',
        'The file ends before the end mark of its last backup set: it is probably cut short. Compare ' +
          'its size with the original.',
      ),
    );
  return warnings;
}

export function setWarnings(found: FoundSet, set: BackupSet | undefined): BackupWarning[] {
  const name = `Backup set ${found.start.position}`;
  const warnings: BackupWarning[] = [];
  if (set === undefined)
    return [warning('damaged', `${name} is left out: its description is damaged.`)];
  const { head, final } = found;
  if (final === undefined)
    warnings.push(
      warning(
        'not-final',
        `${name}: the copy of the description that is written when a backup ends was not found, so ` +
          'LSNs are those of the beginning, and finish date and sizes are missing.',
      ),
    );
  if (head !== undefined && final !== undefined && copiesDiffer(found))
    warnings.push(
      warning(
        'copies-differ',
        `${name}: the descriptions at its beginning and its end are not of the same backup.`,
      ),
    );
  if (set.hasSetPassword)
    warnings.push(
      warning('password', `${name} has a password, which only RESTORE … PASSWORD can give.`),
    );
  if ((set.flags & backupFlags.isDamaged) !== 0)
    warnings.push(
      warning(
        'damaged-at-source',
        `${name} was taken of a damaged database (CONTINUE_AFTER_ERROR).`,
      ),
    );
  return warnings;
}

/** Both copies tell the same of all but LSNs, finish date and sizes. */
function copiesDiffer({ head, final }: FoundSet): boolean {
  const identity = (c: FoundSet['head']) => [
    c?.length,
    c?.database.databaseName,
    c?.database.serverName,
    c?.database.backupType,
    c?.database.backupStartDate,
    c?.database.databaseVersion,
    c?.database.familyGuid,
  ];
  return JSON.stringify(identity(head)) !== JSON.stringify(identity(final));
}
