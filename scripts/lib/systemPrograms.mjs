// Finds programs of the system, and on Debian installs the packages that carry missing ones.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { must, toStandardError } from './project.mjs';

/** @param {string} name */
function onPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  return undefined;
}

/** Programs are not there and cannot be installed from here; the message says how to. */
export class MissingPrograms extends Error {}

/**
 * @param {Record<string, string[]>} wanted program -> the Debian packages that bring it
 * @returns {Promise<Record<string, string>>} program -> its file
 * @throws {MissingPrograms}
 */
export async function systemPrograms(wanted) {
  const missing = Object.entries(wanted).filter(([name]) => onPath(name) === undefined);
  if (missing.length > 0) {
    const packages = missing.flatMap(([, names]) => names);
    const names = missing.map(([name]) => name).join(', ');
    if (onPath('apt-get') === undefined || process.getuid?.() !== 0) {
      throw new MissingPrograms(
        `These tests need ${names}. Install it (on Debian: apt-get install ${packages.join(' ')}) ` +
          'or leave the layer out with --only.',
      );
    }
    console.error(`Installing ${packages.join(', ')} for ${names}…`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await must('apt-get update', 'apt-get', ['update', '-qq'], { env, stdio: toStandardError });
    await must(
      'apt-get install',
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
      { env, stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }
  return Object.fromEntries(
    Object.keys(wanted).map((name) => {
      const file = onPath(name);
      if (file === undefined)
        throw new Error(`${name} is still not on the PATH after installing it.`);
      return [name, file];
    }),
  );
}
