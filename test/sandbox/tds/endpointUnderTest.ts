import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql from 'mssql';
import { endpointCertificate } from '../../../src/sandbox/tds/certificate.js';
import { listenTds, type TdsEndpoint } from '../../../src/sandbox/tds/endpoint.js';
import { password, ScriptedServer, user } from './scriptedServer.js';

export interface EndpointUnderTest {
  readonly server: ScriptedServer;
  readonly port: number;
  readonly ca: string;
  /** A pool of one mssql connection; `options` are tedious's. */
  connect(
    config?: Partial<sql.config>,
    options?: Partial<sql.IOptions>,
  ): Promise<sql.ConnectionPool>;
  close(): Promise<void>;
}

let made: Promise<{ key: string; cert: string; ca: string }> | undefined;

/** One certificate for all tests of a process: making it takes longest. */
function certificate() {
  made ??= (async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-tls-'));
    try {
      const { key, cert, caFile } = await endpointCertificate(folder);
      return { key, cert, ca: await readFile(caFile, 'utf8') };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  })();
  return made;
}

export async function startEndpoint(server = new ScriptedServer()): Promise<EndpointUnderTest> {
  const { ca, ...leaf } = await certificate();
  const endpoint: TdsEndpoint = await listenTds({ port: 0, server, certificate: leaf });
  const pools: sql.ConnectionPool[] = [];
  return {
    server,
    ca,
    port: endpoint.port,
    connect: async (config = {}, options = {}) => {
      const pool = new sql.ConnectionPool({
        server: 'localhost',
        port: endpoint.port,
        user,
        password,
        pool: { min: 0, max: 1 },
        options: { encrypt: true, cryptoCredentialsDetails: { ca }, ...options },
        ...config,
      });
      pool.on('error', () => undefined);
      await pool.connect();
      pools.push(pool);
      return pool;
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
      await endpoint.close();
    },
  };
}
