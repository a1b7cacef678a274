import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Cloud, openCloud } from '../../src/sandbox/cloud.js';
import type { SandboxClock } from '../../src/sandbox/contract.js';
import {
  type AwsEndpoint,
  type EndpointLimits,
  startAwsEndpoint,
} from '../../src/sandbox/http/endpoint.js';
import { type SeedInfo, seedCloud } from '../../src/sandbox/seed.js';

/** Time that passes only when a test says so. */
export class ManualClock implements SandboxClock {
  #now: number;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  constructor(start = Date.UTC(2025, 2, 4, 12)) {
    this.#now = start;
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#now + seconds * 1000, wake: resolve };
      this.#sleepers.add(sleeper);
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(new Error('aborted'));
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.until > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The sandbox's AWS side on a port of its own, with the SDK's clients to talk to it. */
export class CloudScene {
  readonly #clients: { destroy(): void }[] = [];

  private constructor(
    readonly folder: string,
    readonly clock: ManualClock,
    public cloud: Cloud,
    public endpoint: AwsEndpoint,
    readonly seed: SeedInfo,
    readonly logged: string[],
    private readonly limits: Partial<EndpointLimits>,
  ) {}

  static async start(limits: Partial<EndpointLimits> = {}): Promise<CloudScene> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'sandbox cloud-'));
    const clock = new ManualClock();
    const logged: string[] = [];
    const cloud = await openCloud({ stateDir: folder, clock, log: (line) => logged.push(line) });
    const seed = await seedCloud(cloud);
    const endpoint = await startAwsEndpoint({ cloud, port: 0, limits });
    return new CloudScene(folder, clock, cloud, endpoint, seed, logged, limits);
  }

  /**
   * Stops the server and starts another on the same folder; clients must be made anew.
   * @param meanwhile what happens to the folder while nobody uses it
   */
  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.endpoint.close();
    await this.cloud.close();
    await meanwhile();
    const { folder: stateDir, clock, logged } = this;
    this.cloud = await openCloud({ stateDir, clock, log: (line) => logged.push(line) });
    await seedCloud(this.cloud);
    this.endpoint = await startAwsEndpoint({ cloud: this.cloud, port: 0, limits: this.limits });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.endpoint.close();
    await this.cloud.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get rootCredentials(): Credentials {
    const { accessKeyId, secretAccessKey } = this.seed;
    return { accessKeyId, secretAccessKey };
  }

  config(region = 'us-east-1', credentials = this.rootCredentials) {
    return { region, endpoint: this.endpoint.url, credentials, maxAttempts: 1 };
  }

  #keep<T extends { destroy(): void }>(client: T): T {
    this.#clients.push(client);
    return client;
  }

  s3(o: S3ClientConfig = {}): S3Client {
    return this.#keep(new S3Client({ ...this.config(), forcePathStyle: true, ...o }));
  }

  kms(region?: string, credentials?: Credentials): KMSClient {
    return this.#keep(new KMSClient(this.config(region, credentials)));
  }

  rds(region?: string, credentials?: Credentials): RDSClient {
    return this.#keep(new RDSClient(this.config(region, credentials)));
  }

  iam(credentials?: Credentials): IAMClient {
    return this.#keep(new IAMClient(this.config('us-east-1', credentials)));
  }

  sts(region?: string, credentials?: Credentials): STSClient {
    return this.#keep(new STSClient(this.config(region, credentials)));
  }

  ec2(credentials?: Credentials): EC2Client {
    return this.#keep(new EC2Client(this.config('us-east-1', credentials)));
  }

  secrets(credentials?: Credentials): SecretsManagerClient {
    return this.#keep(new SecretsManagerClient(this.config('us-east-1', credentials)));
  }
}

/** Options of assert.rejects for an SDK error of that name. */
export const named = (name: string, message?: RegExp) =>
  message === undefined ? { name } : { name, message };
