import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { program } from './paths.js';

/** What the sandbox prints with `--json`. */
export interface SandboxInfo {
  readonly endpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly bucket: string;
  readonly kmsKeyArn: string;
  /** The first one is ready for backup and restore, the second has no option for it. */
  readonly instances: readonly {
    readonly id: string;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly caFile: string;
  }[];
  readonly roleArn: string;
  readonly optionGroup: string;
}

export interface RunningSandbox {
  readonly info: SandboxInfo;
  /** Ends it and removes its state, unless the state folder was given. */
  stop(): Promise<void>;
}

const giveUpMs = 10_000;

/** Starts the built sandbox on free ports and waits until it is ready. */
export async function startSandbox(
  o: { readonly args?: readonly string[]; readonly state?: string } = {},
): Promise<RunningSandbox> {
  const state = o.state ?? (await mkdtemp(path.join(os.tmpdir(), 'rds-backup-sandbox-')));
  const args = ['--json', '--port', '0', '--sql-port', '0', '--state', state, ...(o.args ?? [])];
  const child = spawn(process.execPath, [program('sandbox'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const removeState = async () => {
    if (o.state === undefined) await rm(state, { recursive: true, force: true, maxRetries: 5 });
  };
  const info = await new Promise<SandboxInfo>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as SandboxInfo);
    });
    child.once('error', reject);
    void closed.then(async (code) => {
      await removeState();
      reject(new Error(`the sandbox ended with exit code ${code ?? 'none'}: ${errors}`));
    });
  });
  return {
    info,
    stop: async () => {
      child.kill('SIGTERM');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), giveUpMs);
      await closed;
      clearTimeout(giveUp);
      await removeState();
    },
  };
}
