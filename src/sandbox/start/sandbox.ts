import path from 'node:path';
import { EngineError } from '../../core/errors.js';
import { scaledClock } from '../clock.js';
import { openCloud } from '../cloud.js';
import type { SandboxClock } from '../contract.js';
import { startAwsEndpoint } from '../http/endpoint.js';
import { seedCloud } from '../seed.js';
import { SqlSide } from '../sqlserver/sqlSide.js';
import { isErrno, readJson, writeJson } from '../state/jsonFile.js';
import { endpointCertificate } from '../tds/certificate.js';
import type { Options } from './options.js';
import type { SandboxInfo } from './sandboxInfo.js';
import { openStateFolder } from './stateFolder.js';

export interface Sandbox {
  readonly info: SandboxInfo;
  /** Closes every connection and writes what is not yet on disk. */
  close(): Promise<void>;
}

/**
 * Starts all of the sandbox.
 * @param log takes lines about failures of the sandbox itself
 * @throws EngineError `sandbox/port-taken`, `sandbox/state-…`
 */
export async function startSandbox(
  options: Options,
  log: (line: string) => void,
): Promise<Sandbox> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let next = closers.pop(); next; next = closers.pop()) await next();
  };
  try {
    const folder = await openStateFolder(options.state, options.reset);
    closers.push(() => folder.release());
    const clock = await openClock(folder.path, options.timeScale);
    closers.push(() => saveClock(folder.path, clock));
    const cloud = await openCloud({ stateDir: folder.path, clock, log });
    closers.push(() => cloud.close());
    const seed = await seedCloud(cloud);
    const aws = await onPort('--port', options.port, () =>
      startAwsEndpoint({ cloud, port: options.port }),
    );
    closers.push(() => aws.close());
    const certificate = await endpointCertificate(path.join(folder.path, 'tls'));
    const sql = await onPort('--sql-port', options.sqlPort, () =>
      SqlSide.start({
        cloud,
        clock,
        log,
        certificate,
        folder: path.join(folder.path, 'sql'),
        firstPort: options.sqlPort,
      }),
    );
    closers.push(() => sql.close());
    const instances = cloud.instances().flatMap((instance) => {
      const port = sql.port(instance.id);
      if (port === undefined) return [];
      const { id, masterUsername: user, masterPassword: password } = instance;
      return [{ id, host: 'localhost', port, user, password, caFile: certificate.caFile }];
    });
    const { region, accessKeyId, secretAccessKey, accountId, bucket, kmsKeyArn } = seed;
    return {
      close,
      info: {
        endpointUrl: aws.url,
        ...{ region, accessKeyId, secretAccessKey, accountId, bucket, kmsKeyArn },
        instances,
        roleArn: seed.roleArn,
        optionGroup: seed.optionGroup,
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const clockFile = (folder: string) => path.join(folder, 'clock.json');

/** Time goes on where it stopped, or from now when the clock on the wall is later. */
async function openClock(folder: string, timeScale: number): Promise<SandboxClock> {
  const stored = (await readJson(clockFile(folder))) as { readonly now?: string } | undefined;
  const stopped = new Date(stored?.now ?? 0);
  return scaledClock(timeScale, Number.isNaN(stopped.getTime()) ? undefined : stopped);
}

const saveClock = (folder: string, clock: SandboxClock) =>
  writeJson(clockFile(folder), { now: clock.now().toISOString() });

async function onPort<T>(option: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE') && !isErrno(error, 'EACCES')) throw error;
    const taken = (error as NodeJS.ErrnoException & { port?: number }).port ?? port;
    const why = isErrno(error, 'EACCES')
      ? 'may not be used by this user'
      : 'is used by another program';
    throw new EngineError(
      'sandbox/port-taken',
      `Port ${taken} ${why}. Choose another one with ${option} (0 takes any free port).`,
      { cause: error },
    );
  }
}
