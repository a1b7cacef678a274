import type { BackupHeader, BackupSet } from '../../core/backupFile/backupHeader.js';
import { fileFacts, fileHeadings, fileRows, setFacts } from '../../core/text/backupFacts.js';
import type { Style } from '../terminal/style.js';
import { factLines, labelled, printable, table } from './text.js';

const labelWidth = 20;

/** A readable account of a backup's header: what LABELONLY, HEADERONLY and FILELISTONLY would say. */
export function backupHeaderText(header: BackupHeader, style: Style, width: number): string {
  return [
    ...factLines(fileFacts(header), labelWidth, width),
    ...header.sets.flatMap((set) => [
      '',
      style.bold(`  Backup set ${set.position}`),
      ...factLines(setFacts(set), labelWidth, width),
      ...fileList(set, style),
    ]),
    ...header.warnings.map(({ message }) =>
      style.yellow(labelled('  Warning', printable(message), labelWidth, width)),
    ),
  ].join('\n');
}

function fileList(set: BackupSet, style: Style): string[] {
  if (set.files.length === 0) return [];
  const [headings = '', ...lines] = table(fileHeadings, fileRows(set));
  return [style.bold(`  ${headings}`), ...lines.map((line) => `  ${line}`)];
}
