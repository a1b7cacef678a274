import { backupFindings } from './backupRules.js';
import { envelopeFindings } from './envelopeRules.js';
import { fileFindings } from './fileRules.js';
import type { Finding } from './finding.js';
import { nameFindings } from './nameRules.js';
import { placeFindings } from './placeRules.js';
import type { RestoreFacts } from './restoreFacts.js';
import { setFindings } from './setRules.js';

const order: readonly Finding['severity'][] = ['blocks', 'warns'];

/**
 * What would make this restore fail, what is certain first. What is not known is taken as well: no
 * finding says that nothing known is in the way, not that the restore will succeed.
 */
export function checkRestore(facts: RestoreFacts): Finding[] {
  return [
    ...placeFindings(facts),
    ...nameFindings(facts),
    ...fileFindings(facts),
    ...envelopeFindings(facts),
    ...backupFindings(facts),
    ...setFindings(facts),
  ].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
