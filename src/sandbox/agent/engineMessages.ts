import { randomUUID } from 'node:crypto';
import type { Version } from '../sqlserver/edition.js';
import { engineFailure, TaskFailure } from './taskFailure.js';

/** The virtual device through which RDS feeds SQL Server: a fresh GUID for each file. */
export const newDevice = () => randomUUID().toUpperCase();

/** 3241. RDS then finds no file list, which is the last line of its log. */
export const mediaFamilyMalformed = (device: string) =>
  new TaskFailure(
    'engine',
    [
      `The media family on device ‘${device}’ is incorrectly formed. SQL Server cannot process this media family.`,
      'RESTORE FILELIST is terminating abnormally.',
    ],
    'Invalid attempt to read when no data is present.',
  );

/** 3286-like: nothing at all on the device. */
export const endOfFile = () =>
  engineFailure(
    'RESTORE FILELIST',
    'Unexpected end of file while reading beginning of backup set. Confirm that the media contains a valid SQL Server backup set, and see the console error log for more details.',
  );

/** 3013 after "terminated while it was being created". */
export const incompleteSet = (device: string) =>
  engineFailure(
    'RESTORE DATABASE',
    `The backup set on device '${device}' was terminated while it was being created and is incomplete. RESTORE sequence is terminated abnormally.`,
  );

export const certificateMissing = () =>
  engineFailure('RESTORE FILELIST', 'Cannot find server certificate.');

export const passwordFailure = () =>
  engineFailure('RESTORE FILELIST', 'Access is denied due to a password failure.');

/** 3132. */
export const filesMissing = (families: number, provided: number) =>
  engineFailure(
    'RESTORE FILELIST',
    `The media set has ${families} media families but only ${provided} are provided. All members must be provided.`,
  );

/** 3231. */
export const filesBeyond = (device: string, families: number, expected: number) =>
  engineFailure(
    'RESTORE FILELIST',
    `The media loaded on "${device}" is formatted to support ${families} media families, but ${expected} media families are expected according to the backup device specification.`,
  );

/** 3227. */
export const familyTwice = (device: string, family: number, other: string) =>
  engineFailure(
    'RESTORE FILELIST',
    `The backup media on "${device}" is part of media family ${family} which has already been processed on "${other}". Ensure that backup devices are correctly specified. For tape devices, ensure that the correct volumes are loaded.`,
  );

/** 3258. */
export const otherMediaSet = (device: string) =>
  engineFailure(
    'RESTORE FILELIST',
    `The volume on the device "${device}" is not part of the media set that is currently being processed. Ensure that the backup devices are loaded with the correct media.`,
  );

/** 3169. */
export const versionTooNew = (backup: string, server: Version) =>
  engineFailure(
    'RESTORE FILELIST',
    `The database was backed up on a server running version ${threePart(backup)}. That version is incompatible with this server, which is running version ${threePart(server.join('.'))}. Either restore the database on a server that supports the backup, or use a backup that is compatible with this server.`,
  );

/** `16.0.537` as SQL Server shows it here: `16.00.0537`. */
function threePart(version: string): string {
  const [major = '0', minor = '0', build = '0'] = version.split('.');
  return `${major.padStart(2, '0')}.${minor.padStart(2, '0')}.${build.padStart(4, '0')}`;
}

/** 3257. */
export const insufficientSpace = (required: number, available: number) =>
  engineFailure(
    'RESTORE DATABASE',
    `There is insufficient free space on disk volume 'D:\\' to create the database. The database requires ${required} additional free bytes, while only ${available} bytes are available.`,
  );

/** 1827. */
export const licensedLimit = (limitMb: number) =>
  engineFailure(
    'RESTORE DATABASE',
    `CREATE DATABASE or ALTER DATABASE failed because the resulting cumulative database size would exceed your licensed limit of ${limitMb} MB per database.`,
  );

/** 3118. */
export const needsFullFirst = (what: 'RESTORE DATABASE' | 'RESTORE LOG', name: string) =>
  engineFailure(
    what,
    `The database "${name}" does not exist. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file.`,
  );

/** 3117. */
export const notRestoring = (what: 'RESTORE DATABASE' | 'RESTORE LOG') =>
  engineFailure(
    what,
    'The log or differential backup cannot be restored because no files are ready to rollforward.',
  );

/** 3154. */
export const otherDatabase = (what: 'RESTORE DATABASE' | 'RESTORE LOG', name: string) =>
  engineFailure(
    what,
    `The backup set holds a backup of a database other than the existing '${name}' database.`,
  );

/** 3136. */
export const differentialWrongBase = () =>
  engineFailure(
    'RESTORE DATABASE',
    'This differential backup cannot be restored because the database has not been restored to the correct earlier state.',
  );

/** 4305. */
export const logTooRecent = (begins: string, needed: string) =>
  engineFailure(
    'RESTORE LOG',
    `The log in this backup set begins at LSN ${begins}, which is too recent to apply to the database. An earlier log backup that includes LSN ${needed} can be restored.`,
  );

/** 4326. */
export const logTooEarly = (ends: string, needed: string) =>
  engineFailure(
    'RESTORE LOG',
    `The log in this backup set terminates at LSN ${ends}, which is too early to apply to the database. A more recent log backup that includes LSN ${needed} can be restored.`,
  );

/** 3014-like closing line of the engine. */
export const processed = (
  verb: 'BACKUP' | 'RESTORE',
  what: 'DATABASE' | 'LOG',
  pages: number,
  seconds: number,
) => {
  const rate = seconds > 0 ? (pages * 8192) / 1024 ** 2 / seconds : 0;
  return `${verb} ${what} successfully processed ${pages} pages in ${seconds.toFixed(3)} seconds (${rate.toFixed(3)} MB/sec).`;
};
