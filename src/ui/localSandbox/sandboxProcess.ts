import { fork, type ChildProcess } from 'node:child_process';
import { EngineError } from '../../core/errors.js';

/** What the program prints when it is ready: all that a client needs. Secrets open nothing else. */
export interface SandboxInfo {
  readonly endpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly bucket: string;
  readonly kmsKeyArn: string;
  readonly instances: readonly {
    readonly id: string;
    readonly user: string;
    readonly password: string;
    readonly caFile: string;
  }[];
}

/** A program of its own, that stops by itself when this process ends. */
export interface SandboxProcess {
  readonly info: SandboxInfo;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Stops it and waits until its state is written. */
  stop(): Promise<void>;
}

const readyWithinMs = 30_000;

/**
 * Starts the sandbox on free ports.
 * @param program its bundle
 * @throws EngineError `local-sandbox/not-started`
 */
export async function startSandboxProcess(
  program: string,
  stateFolder: string,
  o: { readonly reset?: boolean } = {},
): Promise<SandboxProcess> {
  const args = ['--json', '--port', '0', '--sql-port', '0', '--state', stateFolder];
  if (o.reset === true) args.push('--reset');
  const child = fork(program, args, {
    silent: true,
    // The extension host of a desktop is Electron.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  return {
    info: await firstLine(child, ended),
    ended,
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess, ended: Promise<void>): Promise<SandboxInfo> {
  let output = '';
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4096);
  });
  let timer: NodeJS.Timeout | undefined;
  const line = new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      const said = errors.trim();
      reject(
        new EngineError(
          'local-sandbox/not-started',
          said === '' ? `The local sandbox ${why}.` : `The local sandbox ${why}: ${said}`,
        ),
      );
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('\n')) resolve(output);
    });
    timer = setTimeout(() => {
      child.kill();
      fail(`was not ready within ${readyWithinMs / 1000} seconds`);
    }, readyWithinMs);
    void ended.then(() => {
      fail('did not start');
    });
  });
  try {
    return JSON.parse(await line) as SandboxInfo;
  } finally {
    clearTimeout(timer);
  }
}
