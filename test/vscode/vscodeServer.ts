import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { accepts, freePort } from '../support/ports.js';
import { isForeign, quietSettings, writeSettings } from './editorProfile.js';

/** Set by the test script, which installs a VS Code and puts the packaged extension into it. */
export function prepared(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error('Run these tests with `npm test`: it installs a VS Code for them.');
  }
  return value;
}

export interface VscodeServerOptions {
  /** User settings besides those that keep VS Code quiet. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the extension host sees instead of this process's `AWS_…` variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder with installed extensions; without it there are none but VS Code's own. */
  readonly extensions?: string | undefined;
  /** Lets the workbench take a payload that names suites; it then shows no notifications. */
  readonly runsSuites?: boolean | undefined;
}

/** A VS Code server whose workbench a browser can show. Its profile lives as long as it does. */
export class VscodeServer {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly dataFolder: string,
  ) {}

  static async start(o: VscodeServerOptions): Promise<VscodeServer> {
    const node = prepared('RDS_BACKUP_VSCODE_NODE');
    const main = prepared('RDS_BACKUP_VSCODE');
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-vscode-'));
    const isOurs = ([id]: [string, unknown]) => id.startsWith('rdsBackup.');
    const settings = Object.entries({ ...quietSettings, ...o.settings });
    const write = (whose: 'User' | 'Machine', some: [string, unknown][]) =>
      writeSettings(path.join(dataFolder, 'data', whose), Object.fromEntries(some));
    await write(
      'User',
      settings.filter((setting) => !isOurs(setting)),
    );
    // In a remote window, profiles and paths are not taken from the user's own machine.
    await write('Machine', settings.filter(isOurs));
    const port = await freePort();
    const extensions = o.extensions ?? path.join(dataFolder, 'extensions');
    const child = spawn(
      node,
      [
        main,
        ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
        ...['--accept-server-license-terms', '--disable-telemetry'],
        ...(o.runsSuites === true ? ['--enable-smoke-test-driver'] : []),
        ...['--server-data-dir', dataFolder, '--extensions-dir', extensions],
      ],
      { stdio: 'ignore', env: { ...ownEnvironment(), ...o.env } },
    );
    const server = new VscodeServer(port, child, dataFolder);
    try {
      await listening(port, child);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Address of the workbench on a folder, with `payload` for its developer options. */
  url(folder: string, payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams({
      folder,
      payload: JSON.stringify([['skipWelcome', 'true'], ...payload]),
    });
    return `http://127.0.0.1:${this.port}/?${query.toString()}`;
  }

  /** A file of this machine as the workbench names it in its payload. */
  remoteUri(file: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${file}`;
  }

  /** Copies the logs of VS Code and of the extensions into a folder. */
  async saveLogs(folder: string): Promise<void> {
    await cp(path.join(this.dataFolder, 'data', 'logs'), folder, { recursive: true });
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve();
      this.child.once('close', () => {
        resolve();
      });
    });
    this.child.kill();
    await ended;
    await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));

/** Resolves when something accepts connections on the port. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) {
      throw new Error(`The VS Code server ended with exit code ${child.exitCode}.`);
    }
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`VS Code did not start listening on port ${port}.`);
}
