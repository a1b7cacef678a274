import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../support/paths.js';

/** `import('@aws-sdk/client-NAME')` with what is taken from it. */
const imports = /\{([^{}]+)\} = await import\('@aws-sdk\/client-([\w-]+)'\)/g;

/**
 * The AWS operations that the product's sources call, as `service Operation`: whatever is taken from an
 * SDK client and ends in Command, or is a paginator.
 */
export async function engineOperations(): Promise<string[]> {
  const folder = path.join(root, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const operations = new Set<string>();
  for (const file of files) {
    if (file.startsWith('sandbox')) continue;
    const source = await readFile(path.join(folder, file), 'utf8');
    for (const [, names = '', service = ''] of source.matchAll(imports)) {
      for (const name of names.split(',').map((part) => part.trim())) {
        const operation = /^(\w+)Command$/.exec(name)?.[1] ?? /^paginate(\w+)$/.exec(name)?.[1];
        if (operation !== undefined) operations.add(`${service} ${operation}`);
      }
    }
  }
  return [...operations].sort();
}
