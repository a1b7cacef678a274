import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const replaced = ['HOME', 'SHELL'] as const;

/** Stands in the place of the AWS CLI: writes down its arguments and ends as it is told. */
export class FakeAwsCli {
  readonly #before = replaced.map((name) => [name, process.env[name]] as const);

  private constructor(private readonly folder: string) {}

  /**
   * A VS Code that starts after this finds it. VS Code takes its PATH from a login shell, whatever it was
   * started with, so the fake gives it a home with a profile.
   */
  static async install(): Promise<FakeAwsCli> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-home-'));
    const cli = new FakeAwsCli(folder);
    await cli.endWith(0);
    await writeFile(path.join(folder, '.profile'), `export PATH='${folder}':"$PATH"\n`);
    process.env.HOME = folder;
    process.env.SHELL = '/bin/sh';
    return cli;
  }

  async endWith(exitCode: number): Promise<void> {
    const file = path.join(this.folder, 'aws');
    await writeFile(
      file,
      `#!/bin/sh\npwd > '${this.folder}/cwd'\necho "$@" > '${this.folder}/arguments'\nexit ${exitCode}\n`,
    );
    await chmod(file, 0o755);
  }

  /** What it was called with the last time; undefined before that. */
  async calledWith(): Promise<string | undefined> {
    const file = path.join(this.folder, 'arguments');
    return (await readFile(file, 'utf8').catch(() => undefined))?.trim();
  }

  /** Folder that it was called in. */
  async calledIn(): Promise<string> {
    return (await readFile(path.join(this.folder, 'cwd'), 'utf8')).trim();
  }

  async remove(): Promise<void> {
    for (const [name, value] of this.#before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
