import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { SandboxClock } from '../contract.js';
import type { Tag } from '../iam/records.js';
import { suffix } from '../state/identifiers.js';
import { JsonDocument } from '../state/jsonFile.js';

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: string;
  readonly text: string | undefined;
  /** Base64. */
  readonly binary: string | undefined;
  /** `AWSCURRENT`, `AWSPREVIOUS` and labels of the user's own. */
  stages: string[];
}

export interface SecretRecord {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly createdAt: string;
  description: string;
  kmsKeyId: string | undefined;
  /** Service that made it and alone may change it, for example `rds`. */
  readonly owningService: string | undefined;
  changedAt: string;
  deletedAt: string | undefined;
  /** ISO, sandbox time: when it is gone for good. */
  goneAt: string | undefined;
  policy: string | undefined;
  tags: Tag[];
  versions: SecretVersion[];
}

/** Secrets of Secrets Manager. */
export class SecretStore {
  private constructor(
    readonly accountId: string,
    private readonly clock: SandboxClock,
    private readonly state: JsonDocument<{ secrets: SecretRecord[] }>,
  ) {}

  static async open(folder: string, accountId: string, clock: SandboxClock): Promise<SecretStore> {
    const file = path.join(folder, 'secrets.json');
    const state = await JsonDocument.open<{ secrets: SecretRecord[] }>(file, () => ({
      secrets: [],
    }));
    return new SecretStore(accountId, clock, state);
  }

  now(): Date {
    return this.clock.now();
  }

  secrets(region: string): SecretRecord[] {
    const now = this.now().toISOString();
    const { data } = this.state;
    data.secrets = data.secrets.filter(
      (secret) => secret.goneAt === undefined || secret.goneAt > now,
    );
    return data.secrets.filter((secret) => secret.region === region);
  }

  /** By name, ARN, or ARN without its random suffix. */
  find(region: string, id: string): SecretRecord | undefined {
    return this.secrets(region).find(
      (secret) => secret.name === id || secret.arn === id || secret.arn.slice(0, -7) === id,
    );
  }

  async create(
    o: Pick<
      SecretRecord,
      'name' | 'region' | 'description' | 'kmsKeyId' | 'owningService' | 'tags'
    >,
    value: { text?: string | undefined; binary?: string | undefined } | undefined,
    versionId?: string,
  ): Promise<SecretRecord> {
    const now = this.now().toISOString();
    const secret: SecretRecord = {
      ...o,
      arn: `arn:aws:secretsmanager:${o.region}:${this.accountId}:secret:${o.name}-${suffix(6)}`,
      createdAt: now,
      changedAt: now,
      deletedAt: undefined,
      goneAt: undefined,
      policy: undefined,
      versions: [],
    };
    this.state.data.secrets.push(secret);
    if (value !== undefined) this.addVersion(secret, value, versionId);
    await this.save();
    return secret;
  }

  /** Makes a value the current one. The caller saves. */
  addVersion(
    secret: SecretRecord,
    value: { text?: string | undefined; binary?: string | undefined },
    id: string = randomUUID(),
  ): SecretVersion {
    for (const version of secret.versions) {
      version.stages = version.stages
        .filter((stage) => stage !== 'AWSPREVIOUS')
        .map((stage) => (stage === 'AWSCURRENT' ? 'AWSPREVIOUS' : stage));
    }
    const now = this.now().toISOString();
    const { text, binary } = value;
    const version: SecretVersion = { id, createdAt: now, text, binary, stages: ['AWSCURRENT'] };
    secret.versions = [...secret.versions.filter(({ stages }) => stages.length > 0), version];
    secret.changedAt = now;
    return version;
  }

  async remove(secret: SecretRecord): Promise<void> {
    this.state.data.secrets = this.state.data.secrets.filter((other) => other !== secret);
    await this.save();
  }

  async save(): Promise<void> {
    await this.state.save();
  }

  async close(): Promise<void> {
    await this.state.settled();
  }
}
