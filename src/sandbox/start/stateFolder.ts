import { open, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../core/errors.js';
import { isErrno, writeJson } from '../state/jsonFile.js';

export interface StateFolder {
  readonly path: string;
  /** Lets the next sandbox in. */
  release(): Promise<void>;
}

const lockName = 'sandbox.lock';
/** Says that the folder is a sandbox's, so that `--reset` never empties another. */
const markerName = 'sandbox.json';
const stateVersion = 1;

/**
 * Opens the folder that keeps a sandbox's state, for this process alone.
 * @throws EngineError `sandbox/state-in-use`, `sandbox/state-foreign`, `sandbox/state-unusable`
 */
export async function openStateFolder(folder: string, reset: boolean): Promise<StateFolder> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await checkOurs(folder);
    const lock = path.join(folder, lockName);
    await takeLock(lock, folder);
    try {
      if (reset) await empty(folder);
      await writeJson(path.join(folder, markerName), { sandbox: 'rds-backup', stateVersion });
    } catch (error) {
      await rm(lock, { force: true });
      throw error;
    }
    return { path: folder, release: () => rm(lock, { force: true }) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'sandbox/state-unusable',
      `The state folder ${folder} cannot be used (${why}). Name another one with --state.`,
      { cause: error },
    );
  }
}

async function checkOurs(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length === 0 || names.includes(markerName) || names.includes(lockName)) return;
  throw new EngineError(
    'sandbox/state-foreign',
    `${folder} holds other files and no sandbox's state. Name an empty or new folder with --state.`,
  );
}

async function takeLock(lock: string, folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(lock, 'wx', 0o600);
      try {
        await handle.writeFile(String(process.pid));
      } finally {
        await handle.close();
      }
      return;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      const holder = await holderOf(lock);
      // Perhaps the other one has created it and not yet written its process id.
      if (holder === undefined && attempt < 2) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      // A sandbox that was killed leaves its lock behind.
      if ((holder !== undefined && isRunning(holder)) || attempt === 3) {
        throw new EngineError(
          'sandbox/state-in-use',
          `Another sandbox (process ${holder ?? 'unknown'}) uses the state folder ${folder}. ` +
            `Stop it, name another folder with --state, or delete ${lock} if no sandbox runs.`,
        );
      }
      await rm(lock, { force: true });
    }
  }
}

async function holderOf(lock: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(lock, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  // In a container the next start often has the same process id as the one before.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return isErrno(error, 'EPERM');
  }
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === lockName) continue;
    await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
