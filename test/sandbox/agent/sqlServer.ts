import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'mssql';
import { scaledClock } from '../../../src/sandbox/clock.js';
import type { SandboxClock } from '../../../src/sandbox/contract.js';
import { SqlSide } from '../../../src/sandbox/sqlserver/sqlSide.js';
import { endpointCertificate } from '../../../src/sandbox/tds/certificate.js';
import { MemoryCloud } from './memoryCloud.js';

export interface SqlServers {
  readonly cloud: MemoryCloud;
  readonly side: SqlSide;
  readonly clock: SandboxClock;
  readonly folder: string;
  readonly caFile: string;
  /** A pool of one connection to an instance. */
  connect(options?: ConnectOptions): Promise<sql.ConnectionPool>;
  /** Stops and starts the SQL side, as a restart of the sandbox does. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly instance?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly requestTimeout?: number;
}

/** The SQL side over a cloud in memory, with one instance `ready`. */
export async function startSqlServers(timeScale = 2000): Promise<SqlServers> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-sql-'));
  const cloud = new MemoryCloud();
  cloud.putInstance('ready');
  const certificate = await endpointCertificate(path.join(folder, 'tls'));
  const ca = await readFile(certificate.caFile, 'utf8');
  const complaints: string[] = [];
  const log = (line: string) => complaints.push(line);
  const start = (clock: SandboxClock) =>
    SqlSide.start({
      cloud,
      clock,
      certificate,
      folder: path.join(folder, 'sql'),
      firstPort: 0,
      log,
    });
  let clock = scaledClock(timeScale);
  let side = await start(clock);
  const pools = new Set<sql.ConnectionPool>();
  const closePools = async () => {
    await Promise.all([...pools].map((pool) => pool.close()));
    pools.clear();
  };
  return {
    cloud,
    folder,
    caFile: certificate.caFile,
    get side() {
      return side;
    },
    get clock() {
      return clock;
    },
    connect: async (o = {}) => {
      const instance = o.instance ?? 'ready';
      const description = cloud.instance(instance);
      while (side.port(instance) === undefined) await new Promise(setImmediate);
      const pool = new sql.ConnectionPool({
        server: 'localhost',
        port: side.port(instance) ?? 0,
        user: o.user ?? description?.masterUsername ?? '',
        password: o.password ?? description?.masterPassword ?? '',
        database: o.database ?? '',
        requestTimeout: o.requestTimeout ?? 15_000,
        pool: { min: 0, max: 1 },
        options: { encrypt: true, cryptoCredentialsDetails: { ca } },
      });
      pool.on('error', () => undefined);
      await pool.connect();
      pools.add(pool);
      return pool;
    },
    restart: async () => {
      await closePools();
      await side.close();
      clock = scaledClock(timeScale, clock.now());
      side = await start(clock);
    },
    close: async () => {
      await closePools();
      await side.close();
      assert.deepEqual(complaints, []);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
