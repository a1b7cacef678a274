/**
 * The context value of a tree item: a noun and what can be done with it now, for example
 * `instance+ready+signedIn`. `when` clauses match single flags: `viewItem =~ /^instance\b.*\+ready\b/`.
 *
 * | noun          | flags                                                                          |
 * | ------------- | ------------------------------------------------------------------------------ |
 * | `instance`    | `ready` (takes native tasks), `signedIn`, `password` (one is kept), `console`, `arn` |
 * | `database`    |                                                                                |
 * | `optionGroup` | `console`, `arn`                                                               |
 * | `option`      |                                                                                |
 * | `bucket`      | `added` (by name, can be removed), `console`, `arn`                            |
 * | `prefix`      | `console`, `arn`                                                               |
 * | `object`      | `console`, `arn`                                                               |
 * | `value`       | `copy`: a name and a value that can be copied                                  |
 * | `task`        | `live` (can be cancelled), `restore` (its T-SQL can be copied)                 |
 * | `transfer`    | `live`                                                                         |
 * | `more`        |                                                                                |
 * | `message`     |                                                                                |
 */
export const contextNouns = {
  instance: ['ready', 'signedIn', 'password', 'console', 'arn'],
  database: [],
  optionGroup: ['console', 'arn'],
  option: [],
  bucket: ['added', 'console', 'arn'],
  prefix: ['console', 'arn'],
  object: ['console', 'arn'],
  value: ['copy'],
  task: ['live', 'restore'],
  transfer: ['live'],
  more: [],
  message: [],
} as const;

export type ContextNoun = keyof typeof contextNouns;

/** `contextValue('instance', { ready: true, signedIn: false })` is `instance+ready`. */
export function contextValue<N extends ContextNoun>(
  noun: N,
  flags: Partial<Record<(typeof contextNouns)[N][number], boolean>> = {},
): string {
  const set = Object.entries(flags).filter(([, on]) => on === true);
  return [noun, ...set.map(([flag]) => flag)].join('+');
}
