import type { BackupHeader, BackupSet } from '../../core/backupFile/backupHeader.js';
import type { Inspection } from '../../core/inspection/inspection.js';
import { fileFacts, fileHeadings, fileRows, setFacts } from '../../core/text/backupFacts.js';
import type { Fact } from '../../core/text/facts.js';
import { failureSentence } from '../failures/failureSentence.js';
import { metadataRows, objectRows } from './objectRows.js';

/**
 * Everything that is known of a backup, as Markdown.
 * @param verdict whether RDS can restore it, as a sentence; undefined for a file
 */
export function inspectionMarkdown(
  name: string,
  { location, object, facts, header, error }: Inspection,
  verdict?: string,
): string {
  const problem = error === undefined ? '' : failureSentence(error);
  return [
    `# ${escaped(name)}`,
    escaped(location),
    ...(verdict === undefined ? [] : [`**${escaped(verdict)}**`]),
    ...(problem === '' || verdict?.includes(problem) === true
      ? []
      : ['## Not readable', escaped(problem)]),
    ...(header === undefined ? [] : headerParts(header)),
    ...(object === undefined || facts === undefined
      ? []
      : [
          '## Object in S3',
          factTable(objectRows(object, facts)),
          ...(Object.keys(object.metadata).length === 0
            ? []
            : ['## Metadata', list(metadataRows(object))]),
        ]),
    '',
  ].join('\n\n');
}

function headerParts(header: BackupHeader): string[] {
  const warnings = header.warnings.map(({ message }) => `- ${escaped(message)}`).join('\n');
  return [
    ...(warnings === '' ? [] : ['## Warnings', warnings]),
    ...header.sets.flatMap((set) => setParts(set, header.sets.length)),
    '## Backup file',
    factTable(fileFacts(header)),
  ];
}

function setParts(set: BackupSet, count: number): string[] {
  const title = set.databaseName;
  return [
    `## ${escaped(count === 1 ? title : `${title} (backup set ${set.position})`)}`,
    factTable(setFacts(set)),
    ...(set.files.length === 0 ? [] : ['### Database files', table(fileHeadings, fileRows(set))]),
  ];
}

/** Wraps long values, which a table would not: a wrapped key has no blank to break at. */
const list = (facts: readonly Fact[]) =>
  facts.map(([name, value]) => `- ${escaped(name)}: ${escaped(value)}`).join('\n');

const factTable = (facts: readonly Fact[]) => table(['', ''], facts);

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [
    line(headings),
    line(headings.map(() => '---')).replaceAll('\\', ''),
    ...rows.map(line),
  ].join('\n');
}

/** Names from a backup are anybody's text: no character of theirs is markup. */
const escaped = (text: string) =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
