import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { RdsAgent } from '../agent/rdsAgent.js';
import type { SandboxClock, SandboxCloud, SandboxInstance } from '../contract.js';
import { isErrno, JsonDocument } from '../state/jsonFile.js';
import type { EndpointCertificate } from '../tds/certificate.js';
import { listenTds, type TdsEndpoint } from '../tds/endpoint.js';
import { type InstanceState, newInstanceState } from './instanceState.js';
import { sqlServerOf } from './login.js';
import { SqlInstance } from './sqlInstance.js';

/** States of an instance in which its endpoint does not answer. */
const silent = [
  ...['creating', 'starting', 'rebooting', 'stopping', 'stopped', 'deleting', 'upgrading'],
  ...['failed', 'restore-error', 'storage-full', 'inaccessible-encryption-credentials'],
];
const answers = ({ status }: SandboxInstance) => !silent.includes(status);

export interface SqlSideOptions {
  readonly cloud: SandboxCloud;
  readonly clock: SandboxClock;
  readonly certificate: EndpointCertificate;
  /** Folder of the instances' states. */
  readonly folder: string;
  /** Takes lines about failures of the sandbox itself. */
  readonly log: (line: string) => void;
  /** Port of the first instance, the others take the next ones; 0 for any. */
  readonly firstPort: number;
}

interface Running {
  readonly instance: SqlInstance;
  readonly agent: RdsAgent;
  readonly endpoint: TdsEndpoint;
}

/** Gives every instance of the cloud that should answer a SQL Server endpoint and an RDS agent. */
export class SqlSide {
  readonly #options: SqlSideOptions;
  readonly #running = new Map<string, Running>();
  /** Ports the instances have had, so that a client finds one again after a reboot. */
  readonly #ports = new Map<string, number>();
  #nextPort: number;
  #unsubscribe: (() => void) | undefined;
  /** Changes are followed one after another. */
  #following: Promise<void> = Promise.resolve();

  private constructor(options: SqlSideOptions) {
    this.#options = options;
    this.#nextPort = options.firstPort;
  }

  /** Starts the endpoints of the instances there are. Rejects when a port cannot be had. */
  static async start(options: SqlSideOptions): Promise<SqlSide> {
    const side = new SqlSide(options);
    try {
      await side.#dropOrphans();
      await side.#follow(options.cloud.instances(), true);
    } catch (error) {
      await side.close();
      throw error;
    }
    side.#unsubscribe = options.cloud.onInstancesChanged(() => {
      // As they are now: one that is deleted and made again at once must be seen to go.
      const instances = options.cloud.instances();
      side.#following = side.#following
        .then(() => side.#follow(instances, false))
        .catch((error: unknown) => {
          options.log(`The SQL endpoints could not follow the instances: ${String(error)}`);
        });
    });
    return side;
  }

  /** Port of an instance's endpoint; undefined while it does not answer. */
  port(instanceId: string): number | undefined {
    return this.#running.get(instanceId)?.endpoint.port;
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    await this.#following;
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  async #follow(instances: readonly SandboxInstance[], first: boolean): Promise<void> {
    for (const id of [...this.#running.keys()]) {
      const description = instances.find((instance) => instance.id === id);
      if (!description || !answers(description)) await this.#stop(id);
    }
    for (const id of [...this.#ports.keys()]) {
      if (!instances.some((instance) => instance.id === id)) await this.#forget(id);
    }
    for (const description of instances) {
      if (!this.#running.has(description.id) && answers(description)) {
        await this.#startInstance(description, first);
      }
    }
  }

  async #startInstance({ id }: SandboxInstance, first: boolean): Promise<void> {
    const { cloud, clock, certificate, log } = this.#options;
    const document = await JsonDocument.open<InstanceState>(this.#stateFile(id), () =>
      newInstanceState(clock.now()),
    );
    const instance = new SqlInstance(id, cloud, clock, document, log);
    const listen = (port: number) =>
      listenTds({ port, server: sqlServerOf(instance), certificate });
    const earlier = this.#ports.get(id);
    const wanted = earlier ?? this.#nextPort;
    let endpoint: TdsEndpoint;
    try {
      endpoint = await listen(wanted);
    } catch (error) {
      // At the start the user must know; an instance made later takes what it can get.
      if (first || wanted === 0 || !isErrno(error, 'EADDRINUSE')) throw error;
      endpoint = await listen(0);
    }
    if (earlier === undefined && wanted !== 0) this.#nextPort = wanted + 1;
    this.#ports.set(id, endpoint.port);
    this.#running.set(id, { instance, endpoint, agent: new RdsAgent(instance) });
    cloud.setEndpoint(id, 'localhost', endpoint.port);
  }

  async #stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    await running.endpoint.close();
    await running.agent.stop();
    await running.instance.settled();
  }

  /** Another instance of the same name must not find the databases of the one that is gone. */
  async #forget(id: string): Promise<void> {
    this.#ports.delete(id);
    await rm(this.#stateFile(id), { force: true });
  }

  #stateFile(id: string): string {
    return path.join(this.#options.folder, `${id}.json`);
  }

  /** States of instances that were deleted while no sandbox ran. */
  async #dropOrphans(): Promise<void> {
    const { cloud, folder } = this.#options;
    let names: string[];
    try {
      names = await readdir(folder);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      throw error;
    }
    const known = cloud.instances().map(({ id }) => `${id}.json`);
    for (const name of names) {
      if (name.endsWith('.json') && !known.includes(name)) {
        await rm(path.join(folder, name), { force: true });
      }
    }
  }
}
