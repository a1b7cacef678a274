import { readFile } from 'node:fs/promises';

/** The version in the package.json that lies beside the folder of the built programs. */
export async function productVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
