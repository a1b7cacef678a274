import type { SandboxInstance } from '../contract.js';
import { targetMembership } from './lifecycle.js';
import type { InstanceRecord } from './records.js';
import type { RdsStore } from './rdsStore.js';

/** An instance as the SQL side sees it: with the option group it has or is on its way to. */
export function sandboxInstance(store: RdsStore, instance: InstanceRecord): SandboxInstance {
  const { id, arn, region, engine, engineVersion, status, masterUsername, masterPassword } =
    instance;
  const membership = targetMembership(instance);
  const group = store.requireGroup(region, membership.group);
  return {
    id,
    arn,
    region,
    accountId: store.accountId,
    engine,
    engineVersion,
    status,
    masterUsername,
    masterPassword,
    allocatedStorageGiB: instance.allocatedStorageGiB,
    multiAz: instance.multiAz,
    optionGroup: {
      name: group.name,
      arn: group.arn,
      status: membership.status,
      options: group.options.map((option) => ({
        name: option.name,
        settings: Object.fromEntries(option.settings.map(({ name, value }) => [name, value])),
      })),
    },
  };
}
