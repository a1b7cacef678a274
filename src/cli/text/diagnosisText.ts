import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import type { Style } from '../terminal/style.js';
import { labelled, printable } from './text.js';

const labelWidth = 8;

/** Title, cause, what is off in this very situation, and what to do; the same wherever it is shown. */
export function diagnosisText(diagnosis: Diagnosis, style: Style, width: number): string {
  const paint = diagnosis.severity === 'error' ? style.red : style.yellow;
  const line = (label: string, text: string) =>
    labelled(`  ${label}`, printable(text), labelWidth + 2, width);
  return [
    `${paint(style.bold(diagnosis.title))} ${style.dim(`[${diagnosis.id}]`)}`,
    line('Cause', diagnosis.cause),
    ...diagnosis.situationNotes.map((note) => style.bold(line('Here', note))),
    line('Fix', diagnosis.fix),
  ].join('\n');
}
