import path from 'node:path';
import { type SandboxClock, ServiceFailure } from '../contract.js';
import { JsonDocument } from '../state/jsonFile.js';
import { defaultOptionGroup, editions, majorVersions } from './engineVersions.js';
import type { InstanceRecord, OptionGroupRecord, SnapshotRecord, Step } from './records.js';

interface RdsState {
  instances: InstanceRecord[];
  optionGroups: OptionGroupRecord[];
  snapshots: SnapshotRecord[];
  steps: Step[];
}

/** Instances, option groups, snapshots, and what is still to happen to them. */
export class RdsStore {
  readonly #listeners = new Set<() => void>();
  readonly #endpoints = new Map<string, { address: string; port: number }>();

  private constructor(
    readonly accountId: string,
    readonly clock: SandboxClock,
    private readonly state: JsonDocument<RdsState>,
  ) {}

  static async open(folder: string, accountId: string, clock: SandboxClock): Promise<RdsStore> {
    const state = await JsonDocument.open<RdsState>(path.join(folder, 'rds.json'), () => ({
      instances: [],
      optionGroups: [],
      snapshots: [],
      steps: [],
    }));
    return new RdsStore(accountId, clock, state);
  }

  get instances(): InstanceRecord[] {
    return this.state.data.instances;
  }

  get optionGroups(): OptionGroupRecord[] {
    return this.state.data.optionGroups;
  }

  get snapshots(): SnapshotRecord[] {
    return this.state.data.snapshots;
  }

  get steps(): Step[] {
    return this.state.data.steps;
  }

  now(): string {
    return this.clock.now().toISOString();
  }

  arn(region: string, type: 'db' | 'og' | 'snapshot' | 'pg' | 'subgrp', name: string): string {
    return `arn:aws:rds:${region}:${this.accountId}:${type}:${name}`;
  }

  /** By identifier (in any case) or ARN. */
  findInstance(region: string, idOrArn: string): InstanceRecord | undefined {
    return this.instances.find(
      (instance) =>
        instance.region === region &&
        (instance.id === idOrArn.toLowerCase() || instance.arn === idOrArn),
    );
  }

  /** @throws ServiceFailure `DBInstanceNotFound` */
  requireInstance(region: string, idOrArn: string): InstanceRecord {
    const instance = this.findInstance(region, idOrArn);
    if (instance === undefined) {
      const id = idOrArn.split(':').at(-1) ?? '';
      throw new ServiceFailure('DBInstanceNotFound', `DBInstance ${id} not found.`, 404);
    }
    return instance;
  }

  /** Option groups of a region: those that were made, and the default of every engine and version. */
  groups(region: string): OptionGroupRecord[] {
    const defaults = editions.flatMap(({ engine }) =>
      majorVersions.map((major) => this.#defaultGroup(region, engine, major)),
    );
    return [...this.optionGroups.filter((group) => group.region === region), ...defaults].sort(
      (a, b) => (a.name < b.name ? -1 : 1),
    );
  }

  findGroup(region: string, name: string): OptionGroupRecord | undefined {
    return this.groups(region).find((group) => group.name === name.toLowerCase());
  }

  /** @throws ServiceFailure `OptionGroupNotFoundFault` */
  requireGroup(region: string, name: string): OptionGroupRecord {
    const group = this.findGroup(region, name);
    if (group === undefined) {
      throw new ServiceFailure(
        'OptionGroupNotFoundFault',
        `Specified OptionGroupName: ${name} not found.`,
        404,
      );
    }
    return group;
  }

  #defaultGroup(region: string, engine: string, majorVersion: string): OptionGroupRecord {
    const name = defaultOptionGroup(engine, majorVersion);
    return {
      name,
      region,
      arn: this.arn(region, 'og', name),
      engine,
      majorVersion,
      description: `Default option group for ${engine} ${majorVersion}`,
      createdAt: '2020-01-01T00:00:00.000Z',
      options: [],
      tags: [],
    };
  }

  endpoint(instanceId: string): { address: string; port: number } | undefined {
    return this.#endpoints.get(instanceId);
  }

  setEndpoint(instanceId: string, address: string, port: number): void {
    this.#endpoints.set(instanceId, { address, port });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes the state and tells who wants to know. */
  async save(): Promise<void> {
    await this.state.save();
    for (const listener of [...this.#listeners]) listener();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.state.settled();
  }
}
