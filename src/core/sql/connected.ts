import type { SqlConnection } from './connection.js';

/** What most work needs of a connection. */
export type ReadySqlConnection = Pick<SqlConnection, 'run' | 'close'>;

/** Opens a connection to one instance, logged in. */
export type Connect = (signal?: AbortSignal) => Promise<ReadySqlConnection>;

/** Connects, runs `use`, and closes the connection. */
export async function connected<T>(
  connect: Connect,
  use: (connection: ReadySqlConnection) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const connection = await connect(signal);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
