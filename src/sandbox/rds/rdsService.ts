import { ServiceFailure } from '../contract.js';
import type { Access, ServiceCall } from '../iam/access.js';
import type { NetworkStore } from '../ec2/networkStore.js';
import type { IdentityStore } from '../iam/identityStore.js';
import type { Tag } from '../iam/records.js';
import type { KeyService } from '../kms/keyService.js';
import type { SecretStore } from '../secrets/secretStore.js';
import { durations, type Lifecycle, secondsToWindow } from './lifecycle.js';
import type { RdsStore } from './rdsStore.js';
import type { InstanceRecord, SnapshotRecord } from './records.js';

/** What the RDS operations share. */
export class RdsService {
  constructor(
    readonly store: RdsStore,
    readonly lifecycle: Lifecycle,
    readonly identities: IdentityStore,
    readonly secrets: SecretStore,
    readonly keys: KeyService,
    private readonly network: NetworkStore,
    private readonly access: Access,
  ) {}

  /** @throws ServiceFailure `AccessDenied` */
  authorize(call: ServiceCall, action: string, resource: string): void {
    this.#demand(call, `rds:${action}`, resource);
  }

  /** Whoever hands a role to RDS needs iam:PassRole for it. */
  authorizePassRole(call: ServiceCall, roleArn: string): void {
    this.#demand(call, 'iam:PassRole', roleArn, { 'iam:passedtoservice': 'rds.amazonaws.com' });
  }

  /** An instance's group has changed: the change reaches it now or in its maintenance window. */
  applyGroupChange(instance: InstanceRecord, immediately: boolean): void {
    const [membership] = instance.memberships;
    if (membership === undefined) return;
    membership.status = immediately ? 'pending-apply' : 'pending-maintenance-apply';
    this.planGroupChange(instance, immediately);
  }

  /** Sets the clock for memberships that are pending. */
  planGroupChange(instance: InstanceRecord, immediately: boolean): void {
    const { region, id, maintenanceWindow } = instance;
    this.lifecycle.cancel(instance, ['apply-option-group', 'option-group-in-sync']);
    if (immediately) {
      this.lifecycle.plan(region, id, 'apply-option-group', durations.optionGroupPending);
    } else {
      const seconds = secondsToWindow(maintenanceWindow, this.store.clock.now());
      this.lifecycle.plan(region, id, 'maintenance', seconds);
    }
  }

  /** Puts a snapshot in place that becomes available by and by. The caller saves. */
  takeSnapshot(
    instance: InstanceRecord,
    id: string,
    type: SnapshotRecord['type'],
    tags: Tag[],
  ): SnapshotRecord {
    const { region } = instance;
    if (this.store.snapshots.some((other) => other.region === region && other.id === id)) {
      throw new ServiceFailure(
        'DBSnapshotAlreadyExists',
        `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
      );
    }
    const snapshot: SnapshotRecord = {
      id,
      region,
      arn: this.store.arn(region, 'snapshot', id),
      instanceId: instance.id,
      type,
      createdAt: this.store.now(),
      engine: instance.engine,
      engineVersion: instance.engineVersion,
      allocatedStorageGiB: instance.allocatedStorageGiB,
      optionGroup: instance.memberships[0]?.group ?? '',
      status: 'creating',
      tags,
    };
    this.store.snapshots.push(snapshot);
    this.lifecycle.plan(region, id, 'snapshot-available', durations.snapshot);
    return snapshot;
  }

  /** Security groups of an instance: those named, which must exist, or the default one. */
  securityGroups(region: string, ids: readonly string[]): string[] {
    for (const id of ids) {
      if (this.network.securityGroup(region, id) === undefined) {
        throw new ServiceFailure(
          'InvalidParameterValue',
          `Invalid security group , groupId= ${id}, groupName=.`,
        );
      }
    }
    return ids.length > 0 ? [...ids] : [this.network.defaultSecurityGroup(region).id];
  }

  #demand(call: ServiceCall, action: string, resource: string, context = {}): void {
    this.access.require(
      call,
      { action, resource, context },
      (message) => new ServiceFailure('AccessDenied', message, 403),
    );
  }
}
