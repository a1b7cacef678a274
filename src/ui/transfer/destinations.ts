import path from 'node:path';
import { s3KeyProblem } from '../../core/aws/s3Names.js';

export interface Destination {
  readonly file: string;
  readonly key: string;
}

/** What is typed as a destination for several files: a folder, with or without its last slash. */
export const asPrefix = (text: string) => (text === '' || text.endsWith('/') ? text : `${text}/`);

/** The keys that files get: a single one the whole key that was typed, several a folder and their names. */
export function destinations(files: readonly string[], typed: string): Destination[] {
  const [first, ...others] = files;
  if (first !== undefined && others.length === 0) return [{ file: first, key: typed }];
  return files.map((file) => ({ file, key: asPrefix(typed) + path.basename(file) }));
}

/** Why files cannot go there, as a sentence; undefined when they can. */
export function destinationProblem(files: readonly string[], typed: string): string | undefined {
  const taken = new Map<string, string>();
  for (const { file, key } of destinations(files, typed)) {
    const problem = s3KeyProblem(key);
    if (problem !== undefined) return problem;
    const other = taken.get(key);
    if (other !== undefined) {
      return `${other} and ${file} would both become ${key}; upload them one by one.`;
    }
    taken.set(key, file);
  }
  return undefined;
}
