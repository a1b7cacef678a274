import type { EnvelopeFacts } from '../../core/inspection/inspection.js';
import { envelopeFacts, rdsVerdictLabel } from '../../core/text/envelopeFacts.js';
import type { ObjectEnvelope } from '../../core/transfer/objectEnvelope.js';
import type { Style } from '../terminal/style.js';
import { labelled, printable } from './text.js';

/** A readable account of how an object is encrypted and who can read it. */
export function envelopeText(
  object: ObjectEnvelope,
  facts: EnvelopeFacts,
  style: Style,
  width: number,
): string {
  return envelopeFacts(object, facts)
    .map(([label, value]) => {
      const text = printable(value);
      const shown = label === rdsVerdictLabel ? coloured(text, style) : text;
      return labelled(`  ${label}`, shown, 20, width);
    })
    .join('\n');
}

/** The verdict in green, yellow or red; why it is so as it stands. */
const coloured = (text: string, style: Style) =>
  text.replace(/^\w+/, (verdict) => {
    if (verdict === 'yes') return style.green(verdict);
    return verdict === 'no' ? style.red(verdict) : style.yellow(verdict);
  });
