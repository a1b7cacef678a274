import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Modules that a bundle loads at once: `import` statements, not the calls of `import()`. */
const statement =
  /(?:^|[;}\n])\s*(?:import|export)\s*(?:[\w$*{}\s,]+?from\s*)?["'](\.\/[^"']+)["']/g;

/** Bytes of a bundle and of all chunks that it loads before its first line runs. */
export async function activationBytes(entry: string): Promise<number> {
  const seen = new Map<string, number>();
  const load = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    const source = await readFile(file, 'utf8');
    seen.set(file, Buffer.byteLength(source));
    for (const [, name = ''] of source.matchAll(statement)) {
      await load(path.join(path.dirname(file), name));
    }
  };
  await load(entry);
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}
