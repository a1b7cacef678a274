// Finds the VS Code with a window that `npm run test:electron` runs the suites in.
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from './project.mjs';

/** Something that this machine lacks; its message says what, and what to do. */
export class MissingHere extends Error {}

/** @throws MissingHere when a window cannot be opened */
export function requireDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY) return;
  throw new MissingHere(
    'VS Code needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set. ' +
      'Run this on a desktop, or with a virtual display: xvfb-run -a npm run test:electron ' +
      '(on Debian: apt-get install xvfb). Without a display, npm test -- --only vscode suites runs ' +
      'the same suites in a VS Code that a browser shows.',
  );
}

/**
 * @returns {Promise<string>} the program: the one that VSCODE_PATH names, else the newest release, which
 *   is downloaded once into the cache folder
 * @throws MissingHere
 */
export async function desktopVscode() {
  const named = process.env.VSCODE_PATH;
  return named ? checked(named) : download();
}

const examples =
  'for example C:\\Program Files\\Microsoft VS Code\\Code.exe, ' +
  '/Applications/Visual Studio Code.app/Contents/MacOS/Code or /usr/share/code/code';

/** @param {string} named */
function checked(named) {
  const file = path.resolve(named);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new MissingHere(
      `VSCODE_PATH names ${file}, which is no file. Set it to VS Code's program, ${examples}.`,
    );
  }
  // The command ends at once while VS Code goes on, so that nothing is known of its result.
  if (path.basename(path.dirname(realpathSync(file))) === 'bin') {
    throw new MissingHere(
      `VSCODE_PATH names ${file}, the command that only starts VS Code. ` +
        `Set it to the program itself, ${examples}.`,
    );
  }
  return file;
}

async function download() {
  const folder = cacheFolder('vscode-desktop');
  console.log(`Looking for the newest VS Code, kept in ${folder}…`);
  try {
    return await downloadAndUnzipVSCode({
      cachePath: folder,
      extensionDevelopmentPath: root,
      reporter: new SilentReporter(),
    });
  } catch (error) {
    throw new MissingHere(
      `VS Code could not be downloaded from update.code.visualstudio.com (${reason(error)}). ` +
        'Connect to the internet, or set VSCODE_PATH to the program of a VS Code that is installed, ' +
        `${examples}.`,
      { cause: error },
    );
  }
}

/** @param {unknown} error an Error, an AggregateError without a message, or a string */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  return error.message || code || error.name;
}
