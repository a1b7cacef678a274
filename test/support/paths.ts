import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, from out/test/support/paths.js. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export const fixture = (...parts: string[]) => path.join(root, 'test', 'fixtures', ...parts);

/** A built program, for example `program('cli')`. */
export const program = (name: string) => path.join(root, 'dist', `${name}.js`);

/** The folder of samples that may not be shipped; undefined where the checkout has none beside it. */
export const sharedFolder: string | undefined = existsSync(path.join(root, '..', 'shared'))
  ? path.join(root, '..', 'shared')
  : undefined;

/** For `{ skip }` of node:test: says why when the samples are not there. */
export const skipWithoutShared =
  sharedFolder === undefined
    ? 'the samples that may not be shipped are not beside this checkout'
    : false;
