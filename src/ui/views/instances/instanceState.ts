import type { Instance } from '../../../core/aws/instances.js';

/** What the state of an instance means for somebody who wants to restore a backup. */
export type InstanceState =
  /** Takes native tasks. */
  | 'ready'
  /** On its way: wait. */
  | 'pending'
  /** Somebody has to set something up. */
  | 'missing'
  | 'stopped'
  | 'failed'
  /** Its option group could not be read. */
  | 'unknown';

/** States of RDS in which an instance stays until somebody does something ("Viewing DB instance status"). */
const lasting: Readonly<Record<string, InstanceState>> = {
  stopped: 'stopped',
  failed: 'failed',
  'inaccessible-encryption-credentials': 'failed',
  'inaccessible-encryption-credentials-recoverable': 'failed',
  'incompatible-create': 'failed',
  'incompatible-network': 'failed',
  'incompatible-option-group': 'failed',
  'incompatible-parameters': 'failed',
  'incompatible-restore': 'failed',
  'insufficient-capacity': 'failed',
  'restore-error': 'failed',
  'storage-full': 'failed',
};

/** Passing states in which SQL Server goes on working. */
const serving = /^(?:available|backing-up|configuring-.*|modifying|storage-.*)$/;

export function instanceState({ status, backupRestore }: Instance): InstanceState {
  const stays = lasting[status];
  if (stays !== undefined) return stays;
  return serving.test(status) ? backupRestore.state : 'pending';
}

/** True while an instance will change without anybody doing anything. */
export const isPassing = (instance: Instance) =>
  instanceState(instance) === 'pending' ||
  (instance.status !== 'available' && lasting[instance.status] === undefined);

/** True when there is a server to sign in to. */
export const isServing = ({ status, endpoint }: Instance) =>
  endpoint !== undefined && (serving.test(status) || status === 'storage-full');
