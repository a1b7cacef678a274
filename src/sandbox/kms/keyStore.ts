import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { SandboxClock } from '../contract.js';
import type { Tag } from '../iam/records.js';
import { JsonDocument } from '../state/jsonFile.js';

export interface KeyRecord {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly createdAt: string;
  readonly spec: string;
  readonly usage: string;
  readonly manager: 'CUSTOMER' | 'AWS';
  description: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** ISO date at which a key pending deletion goes. */
  deletionDate: string | undefined;
  policy: string;
  tags: Tag[];
}

export interface AliasRecord {
  /** `alias/…`. */
  readonly name: string;
  readonly region: string;
  readonly createdAt: string;
  target: string;
  updatedAt: string;
}

interface KmsState {
  keys: Record<string, KeyRecord>;
  /** By region and name. */
  aliases: AliasRecord[];
}

/** The policy KMS gives a key that is created without one: it hands the choice to IAM. */
export const defaultKeyPolicy = (accountId: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** Keys and aliases; the material lies apart from what describes it. */
export class KeyStore {
  private constructor(
    readonly accountId: string,
    private readonly clock: SandboxClock,
    private readonly state: JsonDocument<KmsState>,
    private readonly materials: JsonDocument<Record<string, string>>,
  ) {}

  static async open(folder: string, accountId: string, clock: SandboxClock): Promise<KeyStore> {
    const state = await JsonDocument.open<KmsState>(path.join(folder, 'kms.json'), () => ({
      keys: {},
      aliases: [],
    }));
    const materials = await JsonDocument.open<Record<string, string>>(
      path.join(folder, 'kms-material.json'),
      () => ({}),
    );
    return new KeyStore(accountId, clock, state, materials);
  }

  /** Sandbox time in milliseconds. */
  now(): number {
    return this.clock.now().getTime();
  }

  async create(
    o: Pick<KeyRecord, 'region' | 'spec' | 'usage' | 'manager' | 'description' | 'policy' | 'tags'>,
  ): Promise<KeyRecord> {
    const id = randomUUID();
    const key: KeyRecord = {
      ...o,
      id,
      arn: `arn:aws:kms:${o.region}:${this.accountId}:key/${id}`,
      createdAt: this.clock.now().toISOString(),
      state: 'Enabled',
      deletionDate: undefined,
    };
    if (o.spec === 'SYMMETRIC_DEFAULT') {
      this.materials.data[id] = randomBytes(32).toString('base64');
      await this.materials.save();
    }
    this.state.data.keys[id] = key;
    await this.save();
    return key;
  }

  /** Keys of a region, oldest first. Keys whose waiting period is over are gone. */
  keys(region: string): KeyRecord[] {
    this.#destroyDue();
    return Object.values(this.state.data.keys).filter((key) => key.region === region);
  }

  key(region: string, id: string): KeyRecord | undefined {
    return this.keys(region).find((key) => key.id === id);
  }

  get aliases(): AliasRecord[] {
    return this.state.data.aliases;
  }

  alias(region: string, name: string): AliasRecord | undefined {
    return this.aliases.find((alias) => alias.region === region && alias.name === name);
  }

  async addAlias(region: string, name: string, target: string): Promise<void> {
    const now = this.clock.now().toISOString();
    this.aliases.push({ name, region, target, createdAt: now, updatedAt: now });
    await this.save();
  }

  removeAlias(alias: AliasRecord): void {
    this.state.data.aliases = this.aliases.filter((other) => other !== alias);
  }

  /** A copy of a symmetric key's material; the caller zeroes it. */
  material(key: KeyRecord): Buffer {
    return Buffer.from(this.materials.data[key.id] ?? '', 'base64');
  }

  async save(): Promise<void> {
    await this.state.save();
  }

  async close(): Promise<void> {
    await this.state.settled();
    await this.materials.settled();
  }

  #destroyDue(): void {
    const now = this.clock.now().toISOString();
    const due = Object.values(this.state.data.keys).filter(
      (key) => key.deletionDate !== undefined && key.deletionDate <= now,
    );
    if (due.length === 0) return;
    for (const key of due) {
      Reflect.deleteProperty(this.state.data.keys, key.id);
      Reflect.deleteProperty(this.materials.data, key.id);
      this.state.data.aliases = this.aliases.filter((alias) => alias.target !== key.id);
    }
    // Read again on the next start they would be due again, so a lost write harms nothing.
    void this.materials.save();
    void this.state.save();
  }
}
