import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { cancelTask } from '../../src/core/nativeTasks/statements.js';
import { watchTask } from '../../src/core/nativeTasks/watchTask.js';
import { connected } from '../../src/core/sql/connected.js';
import { listDatabases } from '../../src/core/sql/databases.js';
import type { Account } from './account.js';

/** What a run leaves in the account until it is removed. */
export class Traces {
  readonly databases: string[] = [];
  /** Tasks that have not ended. */
  readonly tasks = new Set<number>();

  constructor(
    private readonly account: Account,
    /** Below it lies everything that the run puts into the bucket. */
    readonly prefix: string,
  ) {}

  /** Removes all of it, and goes on where one removal fails. @returns a sentence for each that did */
  async remove(): Promise<string[]> {
    const left: string[] = [];
    const attempt = async (what: string, step: () => Promise<unknown>) => {
      try {
        await step();
      } catch (error) {
        left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    for (const task of this.tasks) {
      await attempt(`task ${task} of ${this.account.instance.id}`, () => this.#cancel(task));
    }
    await attempt(`databases ${this.databases.join(', ')}`, async () => {
      const there = await connected(this.account.connect, (sql) => listDatabases(sql));
      for (const { name } of there.filter(({ name }) => this.databases.includes(name))) {
        await attempt(`database ${name}`, () => this.#drop(name));
      }
    });
    await attempt(`objects below s3://${this.account.bucket}/${this.prefix}`, () =>
      this.#deleteObjects(),
    );
    return left;
  }

  async #cancel(taskId: number): Promise<void> {
    const { connect } = this.account;
    await connected(connect, (sql) => sql.run(cancelTask(taskId)));
    // Until it has ended, its database cannot be dropped.
    for await (const event of watchTask({ connect, taskId })) {
      if (event.kind === 'done') this.tasks.delete(taskId);
    }
  }

  async #drop(name: string): Promise<void> {
    await connected(this.account.connect, (sql) =>
      sql.run({
        kind: 'procedure',
        procedure: 'msdb.dbo.rds_drop_database',
        parameters: [{ name: 'db_name', type: 'nvarchar', value: name }],
      }),
    );
  }

  async #deleteObjects(): Promise<void> {
    const { s3, bucket: Bucket } = this.account;
    const below = { Bucket, Prefix: this.prefix };
    const { Contents = [] } = await s3.send(new ListObjectsV2Command(below));
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand(below));
    for (const { Key, UploadId } of Uploads) {
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
  }
}
