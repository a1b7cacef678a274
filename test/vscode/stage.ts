import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fixture } from '../support/paths.js';
import { type RunningSandbox, type SandboxInfo, startSandbox } from '../support/sandbox.js';
import { SyntheticBackup, type SyntheticOptions } from '../support/syntheticBackup.js';
import { AwsGate } from './awsGate.js';
import {
  expireSessions,
  type Identity,
  keysFor,
  profileName,
  writeAwsFiles,
} from './credentials.js';

export interface StageOptions {
  /** As whom the editor works; the account's owner unless stated. */
  readonly identity?: Identity | undefined;
  /** How many times faster than the clock the sandbox's time passes (its `--time-scale`). */
  readonly timeScale?: number | undefined;
}

/** What a suite inside the editor finds in the file that `RDS_BACKUP_STAGE` names. */
export interface StageFacts {
  readonly sandbox: SandboxInfo;
  /** Address at which the editor reaches the sandbox's AWS. */
  readonly endpointUrl: string;
  readonly workspace: string;
  readonly backups: SampleBackups;
}

/** Files in the workspace, as absolute paths. */
export interface SampleBackups {
  /** `northwind.bak`, a full backup of SQL Server 2016 that restores to every instance. */
  readonly northwind: string;
  /** The same backup as `Sales März 2024 – full.bak`. */
  readonly oddName: string;
  /** `logs/northwind.trn`, a log backup. */
  readonly log: string;
}

/** A sandbox in the place of AWS and RDS, an AWS profile that leads to it, and a workspace with backups. */
export class Stage {
  private constructor(
    private readonly folder: string,
    private sandbox: RunningSandbox,
    /** Between the editor and the sandbox's AWS: look at requests, make some wait. */
    readonly gate: AwsGate,
    private readonly o: StageOptions,
    readonly backups: SampleBackups,
  ) {}

  static async start(o: StageOptions = {}): Promise<Stage> {
    // VS Code names a workspace by its real path, and macOS's temporary folder is a link.
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'rds-backup-stage-')));
    await Promise.all(['aws', 'sandbox'].map((name) => mkdir(path.join(folder, name))));
    const sandbox = await startSandbox(sandboxOptions(folder, o));
    const gate = await AwsGate.start(sandbox.info.endpointUrl);
    const backups = await sampleBackups(path.join(folder, 'workspace'));
    const stage = new Stage(folder, sandbox, gate, o, backups);
    await stage.become(o.identity ?? 'owner');
    const facts: StageFacts = {
      sandbox: stage.info,
      endpointUrl: gate.url,
      workspace: stage.workspace,
      backups,
    };
    await writeFile(stage.factsFile, JSON.stringify(facts));
    return stage;
  }

  /** Where everything is in the sandbox, with the keys of the account's owner, past the gate. */
  get info(): SandboxInfo {
    return this.sandbox.info;
  }

  get workspace(): string {
    return path.join(this.folder, 'workspace');
  }

  private get factsFile(): string {
    return path.join(this.folder, 'stage.json');
  }

  /** The extension's settings that lead to the sandbox. */
  get settings(): Record<string, unknown> {
    return {
      'rdsBackup.profile': this.o.identity === 'none' ? '' : profileName,
      'rdsBackup.region': this.info.region,
      'rdsBackup.endpointUrl': this.gate.url,
      'rdsBackup.caFile': this.info.instances[0]!.caFile,
    };
  }

  /** Environment of the editor's extension host. */
  get env(): Record<string, string> {
    return {
      AWS_CONFIG_FILE: path.join(this.folder, 'aws', 'config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(this.folder, 'aws', 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      RDS_BACKUP_STAGE: this.factsFile,
    };
  }

  /** Rewrites the AWS credentials file, as a person does who signs in again or as someone else. */
  async become(identity: Identity): Promise<void> {
    const keys = await keysFor(identity, this.info);
    await writeAwsFiles(path.join(this.folder, 'aws'), this.info, keys);
    if (identity === 'expired') await this.expireSessions();
  }

  /**
   * Lets the temporary credentials in use run out. The sandbox restarts for it: connections to SQL
   * Server break and their ports change, while AWS stays at the gate's address.
   */
  async expireSessions(): Promise<void> {
    await this.sandbox.stop();
    await expireSessions(path.join(this.folder, 'sandbox'));
    this.sandbox = await startSandbox(sandboxOptions(this.folder, this.o));
    this.gate.target = this.info.endpointUrl;
  }

  /** Adds a made-up backup to the workspace. @returns its path */
  async addBackup(name: string, options: SyntheticOptions = {}): Promise<string> {
    const file = path.join(this.workspace, name);
    await mkdir(path.dirname(file), { recursive: true });
    await new SyntheticBackup(options).writeTo(file);
    return file;
  }

  /** For an AWS client of the test, as the account's owner, past the gate. */
  get clientConfig() {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = this.info;
    return {
      ...{ endpoint, region, forcePathStyle: true, followRegionRedirects: true },
      credentials: { accessKeyId, secretAccessKey },
    };
  }

  async stop(): Promise<void> {
    await this.gate.stop();
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const sandboxOptions = (folder: string, { timeScale }: StageOptions) => ({
  state: path.join(folder, 'sandbox'),
  args: timeScale === undefined ? [] : ['--time-scale', String(timeScale)],
});

async function sampleBackups(workspace: string): Promise<SampleBackups> {
  const backups = {
    northwind: path.join(workspace, 'northwind.bak'),
    oddName: path.join(workspace, 'Sales März 2024 – full.bak'),
    log: path.join(workspace, 'logs', 'northwind.trn'),
  };
  await mkdir(path.dirname(backups.log), { recursive: true });
  const original = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
  await copyFile(original, backups.northwind);
  await copyFile(original, backups.oddName);
  await new SyntheticBackup({ database: 'NORTHWIND', type: 'L' }).writeTo(backups.log);
  return backups;
}
