import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { ServiceFailure } from '../contract.js';
import type { SandboxClock } from '../contract.js';
import { JsonDocument } from '../state/jsonFile.js';
import { Bucket } from './bucket.js';
import { ContentThreads } from './contentThreads.js';
import type { BucketRecord } from './records.js';

/** All buckets of the account. */
export class BucketStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly threads = new ContentThreads();
  readonly #creating = new Set<string>();

  private constructor(
    private readonly folder: string,
    readonly clock: SandboxClock,
    private readonly state: JsonDocument<BucketRecord[]>,
  ) {}

  static async open(folder: string, clock: SandboxClock): Promise<BucketStore> {
    const file = path.join(folder, 'buckets.json');
    const state = await JsonDocument.open<BucketRecord[]>(file, () => []);
    const store = new BucketStore(folder, clock, state);
    for (const record of state.data) {
      store.#buckets.set(record.name, await Bucket.open(record, path.join(folder, record.id)));
    }
    return store;
  }

  /** In the order of their names. */
  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  }

  bucket(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** @throws ServiceFailure `NoSuchBucket` */
  require(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      throw new ServiceFailure('NoSuchBucket', 'The specified bucket does not exist', 404);
    }
    return bucket;
  }

  async create(name: string, region: string): Promise<Bucket> {
    const record: BucketRecord = {
      name,
      id: randomUUID(),
      region,
      createdAt: this.clock.now().toISOString(),
      tags: [],
    };
    if (this.#creating.has(name)) {
      throw new ServiceFailure(
        'OperationAborted',
        'A conflicting conditional operation is currently in progress against this resource. ' +
          'Please try again.',
        409,
      );
    }
    this.#creating.add(name);
    try {
      const bucket = await Bucket.open(record, path.join(this.folder, record.id));
      this.#buckets.set(name, bucket);
      this.state.data.push(record);
      await this.save();
      return bucket;
    } finally {
      this.#creating.delete(name);
    }
  }

  /** @throws ServiceFailure `BucketNotEmpty` */
  async delete(name: string): Promise<void> {
    const bucket = this.require(name);
    if (!bucket.isEmpty) {
      throw new ServiceFailure(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty',
        409,
      );
    }
    this.#buckets.delete(name);
    const at = this.state.data.indexOf(bucket.record);
    if (at >= 0) this.state.data.splice(at, 1);
    await this.save();
    await bucket.destroy();
  }

  async save(): Promise<void> {
    await this.state.save();
  }

  async close(): Promise<void> {
    await this.threads.close();
    await this.state.settled();
  }
}

/** S3's naming rules for general purpose buckets. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('xn--') &&
    !name.endsWith('-s3alias')
  );
}
