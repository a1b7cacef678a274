import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { must, root, toStandardError } from './project.mjs';

/** @param {string} folder */
function newestIn(folder) {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return Math.max(...names.map((name) => statSync(path.join(root, folder, name)).mtimeMs));
}

/** Builds dist/ when a source, a script or the lock file is newer than what is there. */
export async function buildIfStale() {
  const built = path.join(root, 'dist', 'cli.js');
  const lockFile = statSync(path.join(root, 'package-lock.json')).mtimeMs;
  if (
    existsSync(built) &&
    statSync(built).mtimeMs > Math.max(newestIn('src'), newestIn('scripts'), lockFile)
  ) {
    return;
  }
  // Standard output belongs to the program that runs next.
  await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs')], {
    stdio: toStandardError,
  });
}
