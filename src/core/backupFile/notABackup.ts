import { EngineError } from '../errors.js';
import { isForeignTape } from './looksLikeBackup.js';
import { looksRandom } from './tdeHints.js';

/** What a file is instead of a native backup, with the sentence that says what to do. */
interface Kind {
  readonly id: string;
  readonly sentence: string;
}

const kind = (id: string, sentence: string): Kind => ({ id, sentence });

const archive = (name: string) =>
  kind('archive', `It is a ${name} archive: unpack it and use the .bak inside.`);
const otherDatabase = (name: string) =>
  kind('other-database', `It is a ${name}, not a SQL Server backup.`);

/** By the first bytes, written as latin-1. */
const magics: readonly (readonly [string, Kind])[] = [
  ['\x1f\x8b', archive('gzip')],
  ['7z\xbc\xaf\x27\x1c', archive('7-Zip')],
  ['Rar!\x1a\x07', archive('RAR')],
  ['BZh', archive('bzip2')],
  ['\xfd7zXZ\x00', archive('xz')],
  ['\x28\xb5\x2f\xfd', archive('Zstandard')],
  ['MSCF', archive('cabinet')],
  ['PGDMP', otherDatabase('PostgreSQL dump')],
  ['SQLite format 3\x00', otherDatabase('SQLite database')],
  ['MZ', kind('program', 'It is a Windows program.')],
  [
    'version https://git-lfs',
    kind('git-lfs', 'It is a Git LFS pointer: run "git lfs pull" to fetch the real file.'),
  ],
  ['conectix', kind('disk-image', 'It is a virtual disk image.')],
  ['vhdxfile', kind('disk-image', 'It is a virtual disk image.')],
];

const bacpacParts = ['model.xml', 'Origin.xml', 'DacMetadata.xml', '[Content_Types].xml'];

const backupTools: readonly (readonly [RegExp, string])[] = [
  [/litespeed/iu, 'Quest LiteSpeed'],
  [/red ?gate|sqlbackup|sqb/iu, 'Red Gate SQL Backup'],
  [/sqlsafe|idera/iu, 'Idera SQL Safe'],
];

const sqlWords = /\b(?:create|alter|insert|select|use|go|set|exec|declare|print|drop)\b/iu;

/** How much of the beginning is looked at. */
const sampleLength = 64 * 1024;

/** The error for a file that does not begin like a SQL Server backup: says what it looks like instead. */
export function notABackup(first: Buffer, size: number): EngineError {
  const { id, sentence } = recognise(first.subarray(0, sampleLength), size);
  return new EngineError(
    'backupFile/not-a-backup',
    `The file is not a native SQL Server backup. ${sentence}`,
    { details: { kind: id } },
  );
}

function recognise(first: Buffer, size: number): Kind {
  const start = first.toString('latin1', 0, 4096);
  const known = magics.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  if (isForeignTape(first))
    return kind('other-tape', 'It is a tape-format backup (.bkf) of another program.');
  if (start.startsWith('PK\x03\x04')) return zip(first);
  if (first.every((byte) => byte === 0))
    return kind(
      'zeros',
      'It begins with nothing but zeros: a copy or download of it was probably not finished.',
    );
  if (first[0] === 1 && first[1] === 15 && first.length >= 96)
    return kind(
      'database-file',
      'It looks like a database file (.mdf, .ndf, .ldf). Attach it to a server, then BACKUP DATABASE.',
    );
  const text = asText(first);
  if (text !== undefined) return textFile(text);
  const tool = backupTools.find(([pattern]) => pattern.test(start.replaceAll('\0', '')));
  if (tool !== undefined)
    return kind(
      'backup-tool',
      `It seems to be written by ${tool[1]}: have that tool convert it to a native backup first.`,
    );
  if (looksRandom(first))
    return kind(
      'encrypted',
      size % 16 === 0
        ? 'Its bytes look encrypted: if it was downloaded from S3 as it is, it is still encrypted for ' +
            'RDS. Download it again with "rds-backup download", which decrypts it.'
        : 'Its bytes look encrypted or compressed by another program.',
    );
  return kind(
    'unknown',
    'Backup tools such as LiteSpeed or SQL Backup write formats of their own, which neither RDS nor ' +
      'this program reads. Take the backup with BACKUP DATABASE.',
  );
}

function zip(first: Buffer): Kind {
  const isDac = bacpacParts.some((name) => first.includes(name));
  return isDac
    ? kind(
        'bacpac',
        'It is a .bacpac or .dacpac: import it with SqlPackage or SSMS, which needs no backup.',
      )
    : archive('zip');
}

/** The sample as text, when it is text in UTF-8 or UTF-16. */
function asText(first: Buffer): string | undefined {
  const isUtf16 =
    (first[0] === 0xff && first[1] === 0xfe) ||
    (first.length >= 8 && [1, 3, 5, 7].every((i) => first[i] === 0 && first[i - 1] !== 0));
  const text = first.toString(isUtf16 ? 'utf16le' : 'utf8').slice(0, 4096);
  // A sample may end inside a character, so a few replacement characters are no sign of binary.
  const odd = text.match(/[\0-\x08\x0e-\x1f\ufffd]/gu)?.length ?? 0;
  return odd > text.length / 100 ? undefined : text;
}

function textFile(text: string): Kind {
  const start = text.trimStart();
  if (/^\ufeff?\s*<(?:\?xml|error|html|!doctype)/iu.test(start))
    return /<Error>|AccessDenied|NoSuchKey/u.test(text)
      ? kind('error-page', 'It is an error message saved in place of a file: download it again.')
      : kind('text', 'It is an XML or HTML document.');
  if (sqlWords.test(text))
    return kind('sql-script', 'It is a SQL script: run it on the target server instead.');
  return kind('text', 'It is a text file.');
}
