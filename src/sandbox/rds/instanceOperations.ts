import { ServiceFailure } from '../contract.js';
import type { QueryOperation } from '../http/operation.js';
import type { QueryInput } from '../http/queryInput.js';
import type { ServiceCall } from '../iam/access.js';
import { createInstance } from './createInstance.js';
import { instanceXml } from './instanceXml.js';
import { durations } from './lifecycle.js';
import { modifyInstance } from './modifyInstance.js';
import type { RdsService } from './rdsService.js';
import type { InstanceRecord, StepKind } from './records.js';

type InstanceOperation =
  | 'CreateDBInstance'
  | 'ModifyDBInstance'
  | 'DeleteDBInstance'
  | 'RebootDBInstance'
  | 'StartDBInstance'
  | 'StopDBInstance';

export function instanceOperations(rds: RdsService): Record<InstanceOperation, QueryOperation> {
  const { store, lifecycle } = rds;

  /** The instance of a request that changes it, brought up to date and allowed for. */
  async function open(
    input: QueryInput,
    call: ServiceCall,
    action: string,
  ): Promise<InstanceRecord> {
    await lifecycle.settle();
    const instance = store.requireInstance(call.region, input.required('DBInstanceIdentifier'));
    rds.authorize(call, action, instance.arn);
    return instance;
  }

  async function answer(instance: InstanceRecord) {
    await store.save();
    return { DBInstance: instanceXml(store, instance) };
  }

  /** Operations that only take an instance from one state through a second to a third. */
  const transition =
    (
      action: string,
      from: string,
      during: string,
      step: StepKind,
      seconds: number,
    ): QueryOperation =>
    async (input, call) => {
      const instance = await open(input, call, action);
      requireStatus(instance, from);
      instance.status = during;
      lifecycle.plan(instance.region, instance.id, step, seconds);
      return answer(instance);
    };

  return {
    CreateDBInstance: async (input, call) => {
      await lifecycle.settle();
      const instance = await createInstance(rds, input, call);
      store.instances.push(instance);
      lifecycle.plan(instance.region, instance.id, 'created', durations.create);
      return answer(instance);
    },

    ModifyDBInstance: async (input, call) => {
      const instance = await open(input, call, 'ModifyDBInstance');
      requireStatus(instance, 'available');
      const immediately = input.flag('ApplyImmediately') ?? false;
      await modifyInstance(rds, instance, input, immediately);
      return answer(instance);
    },

    DeleteDBInstance: async (input, call) => {
      const instance = await open(input, call, 'DeleteDBInstance');
      if (instance.status === 'deleting') {
        throw invalidState(`Instance ${instance.id} is already being deleted.`);
      }
      if (instance.deletionProtection) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          'Cannot delete protected DB Instance, please disable deletion protection and try again.',
        );
      }
      const skip = input.flag('SkipFinalSnapshot') ?? false;
      const finalSnapshot = input.text('FinalDBSnapshotIdentifier');
      if (skip === (finalSnapshot !== undefined)) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          skip
            ? 'FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is true.'
            : 'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
        );
      }
      if (finalSnapshot !== undefined) rds.takeSnapshot(instance, finalSnapshot, 'manual', []);
      lifecycle.cancelAll(instance);
      instance.status = 'deleting';
      lifecycle.plan(instance.region, instance.id, 'deleted', durations.delete);
      return answer(instance);
    },

    RebootDBInstance: transition(
      'RebootDBInstance',
      'available',
      'rebooting',
      'rebooted',
      durations.reboot,
    ),
    StartDBInstance: transition(
      'StartDBInstance',
      'stopped',
      'starting',
      'started',
      durations.start,
    ),
    StopDBInstance: transition(
      'StopDBInstance',
      'available',
      'stopping',
      'stopped',
      durations.stop,
    ),
  };
}

function requireStatus(instance: InstanceRecord, status: string): void {
  if (instance.status === status) return;
  throw invalidState(
    status === 'available'
      ? 'Database instance is not in available state.'
      : `Instance ${instance.id} is not in ${status} state.`,
  );
}

const invalidState = (message: string) => new ServiceFailure('InvalidDBInstanceState', message);
