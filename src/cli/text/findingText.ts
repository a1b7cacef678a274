import type { Finding, Unchecked } from '../../core/preflight/finding.js';
import type { Style } from '../terminal/style.js';
import { labelled, printable, wrap } from './text.js';

/** What is wrong and what to do; `Error:` where RDS is certain to refuse. */
export function findingText(finding: Finding, style: Style, width: number): string {
  const label = finding.severity === 'blocks' ? 'Error:' : 'Warning:';
  const paint = finding.severity === 'blocks' ? style.red : style.yellow;
  return [
    ...wrap(`${label} ${printable(finding.sentence)}`, width),
    labelled('  Fix', printable(finding.wayOut), 8, width),
  ]
    .join('\n')
    .replace(label, paint(label));
}

export const uncheckedText = ({ what, why }: Unchecked, style: Style, width: number): string =>
  style.dim(wrap(`Not checked: ${printable(what)}. ${printable(why)}`, width).join('\n'));
