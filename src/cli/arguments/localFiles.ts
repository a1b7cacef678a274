import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './usageError.js';

/** `*` and `?` of a file name as a pattern; on Windows without regard to case, as its shell has it. */
function pattern(name: string): RegExp {
  const source = name
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, process.platform === 'win32' ? 'iu' : 'u');
}

/**
 * Names with wildcards in their last part become the files they stand for: Windows shells leave that
 * to the program. A file that exists under the very name is taken as it is.
 * @throws UsageError when nothing matches
 */
export async function expandWildcards(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    const folder = path.dirname(name);
    const last = path.basename(name);
    if (!/[*?]/.test(last) || existsSync(name)) {
      files.push(name);
      continue;
    }
    const wanted = pattern(last);
    const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
    const matches = entries.filter((entry) => entry.isFile() && wanted.test(entry.name));
    if (matches.length === 0) throw new UsageError(`No file matches ${name}.`);
    files.push(...matches.map((entry) => path.join(folder, entry.name)).sort());
  }
  return files;
}
