import { restoreDatabase } from '../../src/core/nativeTasks/statements.js';
import { submitTask } from '../../src/core/nativeTasks/submitTask.js';
import { connect } from '../../src/core/sql/connection.js';
import type { SandboxInfo } from '../support/sandbox.js';

/**
 * Submits a restore past the editor, which would have found out beforehand what is wrong with it.
 * @returns the task's id
 */
export async function submitRestore(
  { bucket, instances }: SandboxInfo,
  o: {
    /** Of the object in the sandbox's bucket. */
    readonly key: string;
    readonly databaseName: string;
    readonly kmsKeyArn?: string;
  },
): Promise<number> {
  const { host, port, user, caFile, password } = instances[0]!;
  const connection = await connect({
    ...{ host, port, user, caFile },
    password: () => Promise.resolve(password),
  });
  try {
    const { key, ...rest } = o;
    const statement = restoreDatabase({ ...rest, s3Arn: `arn:aws:s3:::${bucket}/${key}` });
    return (await submitTask(connection, statement)).taskId;
  } finally {
    await connection.close();
  }
}
