import { EngineError } from '../errors.js';
import type { Inspection } from '../inspection/inspection.js';
import { restoreLimits } from '../nativeTasks/limits.js';
import { formatBytes } from '../text/units.js';
import type { Finding } from './finding.js';
import { type BackupFiles, headersOf, isFileSet, type RestoreFacts } from './restoreFacts.js';

/** The objects are there, can be read by RDS, and are all files of one backup. */
export function fileFindings(facts: RestoreFacts): Finding[] {
  const { files } = facts;
  if (files === undefined) return [];
  const number = numberFindings(facts, files);
  if (number.length > 0) return number;
  return [...files.inspected.flatMap(objectFindings), ...mediaFindings(facts, files)];
}

function numberFindings({ restore }: RestoreFacts, { count, location }: BackupFiles): Finding[] {
  if (count === 0) {
    return [
      {
        id: 's3-key-does-not-exist',
        severity: 'blocks',
        sentence: isFileSet(restore)
          ? `No object matches ${location}.`
          : `There is no object ${location}.`,
        wayOut: 'Check the key; keys are case sensitive.',
        remedy: 'choose-another-object',
      },
    ];
  }
  if (count <= restoreLimits.files) return [];
  return [
    {
      id: 'restore-too-many-files',
      severity: 'blocks',
      sentence: `More than ${restoreLimits.files} objects match ${location}; RDS restores from at most ${restoreLimits.files}.`,
      wayOut: 'Lengthen the prefix, or move the other files away.',
      remedy: 'choose-another-object',
    },
  ];
}

function objectFindings({ location, object, error }: Inspection): Finding[] {
  const findings: Finding[] = [];
  if (object !== undefined && object.size > restoreLimits.fileBytes) {
    findings.push({
      id: 'object-too-large',
      severity: 'blocks',
      sentence: `${location} has ${formatBytes(object.size)}; RDS restores files of at most ${formatBytes(restoreLimits.fileBytes)}.`,
      wayOut: 'Take the backup in several files, and compressed.',
      remedy: 'choose-another-object',
    });
  }
  if (error instanceof EngineError && error.code === 's3/archived') {
    findings.push({
      id: 'aws-object-archived',
      severity: 'blocks',
      sentence: `${location} is archived (S3 Glacier), so RDS cannot read it.`,
      wayOut: 'Restore it in S3 first.',
    });
  }
  return findings;
}

/** As RESTORE LABELONLY shows it: the files are each a different family of one media set. */
function mediaFindings(facts: RestoreFacts, { count, location }: BackupFiles): Finding[] {
  const media = headersOf(facts).flatMap((header) => header.media ?? []);
  const [first] = media;
  if (first === undefined) return [];
  const sets = new Set(media.flatMap(({ mediaSetId }) => mediaSetId ?? []));
  if (sets.size > 1) {
    return [
      mediaFinding(
        'media-sets-mixed',
        `The objects that match ${location} belong to ${sets.size} different backups.`,
        'Lengthen the prefix, so that it matches the files of one backup only.',
      ),
    ];
  }
  if (count < first.familyCount) {
    return [
      mediaFinding(
        'missing-stripe-files',
        `The backup consists of ${first.familyCount} files; ${location} is ${count === 1 ? 'one' : String(count)} of them.`,
        isFileSet(facts.restore)
          ? 'Upload the others under the same prefix.'
          : 'Upload all of them under a common prefix, and name them by it: s3://BUCKET/PREFIX*.',
        'choose-all-files',
      ),
    ];
  }
  if (count > first.familyCount) {
    return [
      mediaFinding(
        'extra-stripe-files',
        `The backup consists of ${first.familyCount === 1 ? 'one file' : `${first.familyCount} files`}; ${count} objects match ${location}.`,
        'Lengthen the prefix, or move the other objects away.',
      ),
    ];
  }
  const numbers = media.map(({ familySequenceNumber }) => familySequenceNumber);
  if (new Set(numbers).size === numbers.length) return [];
  return [
    mediaFinding(
      'duplicate-stripe',
      `Two of the objects that match ${location} are the same file of the backup.`,
      'Move one of them away, and upload the file that is missing.',
    ),
  ];
}

const mediaFinding = (
  id: string,
  sentence: string,
  wayOut: string,
  remedy: Finding['remedy'] = 'choose-another-object',
): Finding => ({ id, severity: 'blocks', sentence, wayOut, remedy });
