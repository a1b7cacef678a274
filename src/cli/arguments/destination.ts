import path from 'node:path';
import { UsageError } from './usageError.js';

export interface Destination {
  readonly file: string;
  readonly key: string;
}

/**
 * The object keys that files get under `s3://bucket/prefix`. A single file may be given its whole
 * key: the prefix is one when it ends in the file's own extension. In every other case the prefix is
 * a folder and the file keeps its name.
 * @param prefix what follows the bucket, without the first slash; may be empty
 * @throws UsageError when two files would get the same key
 */
export function destinations(files: readonly string[], prefix: string): Destination[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  const extension = path.extname(first).toLowerCase();
  const wholeKey = extension !== '' && prefix.toLowerCase().endsWith(extension);
  if (wholeKey && others.length === 0) return [{ file: first, key: prefix }];
  if (wholeKey) {
    throw new UsageError(
      `${prefix} is the name of one object, but ${files.length} files are given. Give a folder that ends in /.`,
    );
  }
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const taken = new Map<string, string>();
  return files.map((file) => {
    const key = folder + path.basename(file);
    const other = taken.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `${other} and ${file} would both become ${key}; upload them separately.`,
      );
    }
    taken.set(key, file);
    return { file, key };
  });
}
