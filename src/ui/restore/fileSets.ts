import { restoreLimits } from '../../core/nativeTasks/limits.js';

/** Objects that look like the files of one backup. */
export interface FileSet {
  /** The beginning that their keys share. */
  readonly prefix: string;
  readonly keys: readonly string[];
  /** Bytes of all of them. */
  readonly size: number;
}

interface Entry {
  readonly key: string;
  readonly size: number;
}

/** Begins up to the last number, and what follows it: `sales_`, `.bak` for `sales_12.bak`. */
const numbered = /^(.*?)(\d+)([^\d/]*)$/s;

/**
 * The backups of several files among these objects: names that differ by one number only. Only those
 * that RDS could restore by their prefix: not more than ten, and nothing else that begins like them.
 */
export function fileSets(objects: readonly Entry[]): FileSet[] {
  const sets = new Map<string, Entry[]>();
  for (const entry of objects) {
    const [, prefix = '', , rest = ''] = numbered.exec(entry.key) ?? [];
    if (prefix === '' || prefix.endsWith('/')) continue;
    const name = JSON.stringify([prefix, rest]);
    sets.set(name, [...(sets.get(name) ?? []), entry]);
  }
  return [...sets.entries()].flatMap(([name, files]) => {
    const [prefix] = JSON.parse(name) as [string, string];
    const matching = objects.filter(({ key }) => key.startsWith(prefix));
    const fits = files.length > 1 && files.length <= restoreLimits.files;
    if (!fits || matching.length !== files.length) return [];
    return [
      {
        prefix,
        keys: files.map(({ key }) => key),
        size: files.reduce((sum, { size }) => sum + size, 0),
      },
    ];
  });
}
