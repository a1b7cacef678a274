import type { StatementRunner } from '../nativeTasks/statement.js';
import { instanceFactsQuery } from './queries.js';

/** What the engine says of itself; undefined where it says nothing. */
export interface InstanceFacts {
  /** For example `15.0.4415.2`. */
  readonly productVersion: string | undefined;
  /** `RTM`, `SP1`… */
  readonly productLevel: string | undefined;
  /** For example `Standard Edition (64-bit)`. */
  readonly edition: string | undefined;
  readonly collation: string | undefined;
  readonly serverName: string | undefined;
}

export async function readInstanceFacts(
  runner: StatementRunner,
  signal?: AbortSignal,
): Promise<InstanceFacts> {
  const { recordsets } = await runner.run(instanceFactsQuery, signal);
  const row = recordsets[0]?.[0] ?? {};
  const fact = (name: string) => (typeof row[name] === 'string' ? row[name] : undefined);
  return {
    productVersion: fact('product_version'),
    productLevel: fact('product_level'),
    edition: fact('edition'),
    collation: fact('collation'),
    serverName: fact('server_name'),
  };
}
