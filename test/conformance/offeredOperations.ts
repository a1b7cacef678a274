import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openCloud } from '../../src/sandbox/cloud.js';
import { ManualClock } from '../support/cloud.js';

export type OfferedOperations = Readonly<Record<string, readonly string[]>>;

/**
 * Names of the operations that the sandbox offers, by service, from its own tables: a new one is here
 * at once. S3's are `METHOD target subresource`.
 */
export async function offeredOperations(): Promise<OfferedOperations> {
  const stateDir = await mkdtemp(path.join(os.tmpdir(), 'conformance-'));
  try {
    const cloud = await openCloud({ stateDir, clock: new ManualClock(), log: () => undefined });
    const tables = { s3: cloud.s3Operations, ...cloud.jsonServices, ...cloud.queryServices };
    await cloud.close();
    return Object.fromEntries(
      Object.entries(tables).map(([service, table]) => [service, Object.keys(table)]),
    );
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
