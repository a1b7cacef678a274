// The known failures of the catalogue as rules of the log language's grammar.

/** @typedef {{ id: string, role: 'cause' | 'symptom', severity: 'error' | 'warning' | 'info', pattern: string }} Entry */

const tokens = { error: 'error-token', warning: 'warn-token', info: 'info-token' };

/**
 * A pattern of the catalogue, a JavaScript expression for one whole message, in Oniguruma's syntax and
 * for a line of the transcript, where a message starts at the line's start or after its stamp.
 * @param {string} pattern
 */
export function onigurumaPattern(pattern) {
  const inLine = pattern
    .replaceAll(/\(\?<\w+>/g, '(?:')
    .replaceAll('(?:^|', '(?:^|(?<=\\d\\] )|')
    // Oniguruma searches `.*?` in linear time, `[\s\S]*?` in quadratic.
    .replaceAll('[\\s\\S]', '.');
  return `(?i:${inLine})`;
}

/**
 * A rule per entry, in the catalogue's order. The entry's id is part of the scope, so the token
 * inspector tells which failure a colour stands for.
 * @param {Entry} entry
 */
function rule({ id, role, severity, pattern }) {
  const match = onigurumaPattern(pattern);
  // A symptom is never red, whatever its severity: the cause beside it has to stand out.
  if (role === 'cause') return { match, name: `token.${tokens[severity]}.${id}.rds-task` };
  return {
    match,
    name: `token.warn-token.${id}.rds-task`,
    // Some symptoms quote their cause.
    captures: { 0: { patterns: [{ include: '#known-causes' }] } },
  };
}

/**
 * @param {readonly Entry[]} catalogue
 * @returns what belongs into the grammar's repository
 */
export function knownFailureRules(catalogue) {
  const rules = (/** @type {Entry['role']} */ role) => ({
    patterns: catalogue.filter((entry) => entry.role === role).map(rule),
  });
  return { 'known-causes': rules('cause'), 'known-symptoms': rules('symptom') };
}
