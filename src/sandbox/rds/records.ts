import type { Tag } from '../iam/records.js';

export interface OptionSetting {
  readonly name: string;
  value: string;
}

export interface OptionRecord {
  readonly name: string;
  settings: OptionSetting[];
}

export interface OptionGroupRecord {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly engine: string;
  /** `15.00`. */
  readonly majorVersion: string;
  readonly description: string;
  readonly createdAt: string;
  options: OptionRecord[];
  tags: Tag[];
}

/** Statuses of OptionGroupMembership in the RDS API Reference. */
export type MembershipStatus =
  | 'in-sync'
  | 'pending-apply'
  | 'pending-removal'
  | 'pending-maintenance-apply'
  | 'pending-maintenance-removal'
  | 'applying'
  | 'removing'
  | 'failed';

export interface Membership {
  readonly group: string;
  status: MembershipStatus;
}

export interface InstanceRecord {
  readonly id: string;
  readonly region: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly engine: string;
  engineVersion: string;
  readonly createdAt: string;
  status: string;
  instanceClass: string;
  allocatedStorageGiB: number;
  storageType: string;
  readonly storageEncrypted: boolean;
  readonly kmsKeyArn: string | undefined;
  readonly masterUsername: string;
  masterPassword: string;
  /** ARN of the secret that Secrets Manager keeps the password in. */
  masterSecretArn: string | undefined;
  multiAz: boolean;
  publiclyAccessible: boolean;
  backupRetentionDays: number;
  /** `hh:mm-hh:mm`, UTC. */
  backupWindow: string;
  /** `ddd:hh:mm-ddd:hh:mm`, UTC. */
  maintenanceWindow: string;
  deletionProtection: boolean;
  readonly availabilityZone: string;
  readonly licenseModel: string;
  readonly port: number;
  readonly caCertificate: string;
  securityGroups: string[];
  readonly subnetGroup: string;
  /** What it has, and what it is on its way to. */
  memberships: Membership[];
  tags: Tag[];
  /** Changes asked for without ApplyImmediately, for the next maintenance window. */
  pending: PendingChanges;
}

export interface PendingChanges {
  instanceClass?: string | undefined;
  allocatedStorageGiB?: number | undefined;
  engineVersion?: string | undefined;
  multiAz?: boolean | undefined;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly region: string;
  readonly arn: string;
  readonly instanceId: string;
  readonly type: 'manual' | 'automated';
  readonly createdAt: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly allocatedStorageGiB: number;
  readonly optionGroup: string;
  status: string;
  tags: Tag[];
}

/** What happens to an instance or snapshot at a moment of sandbox time. */
export type StepKind =
  | 'created'
  | 'backed-up'
  | 'modified'
  | 'rebooted'
  | 'started'
  | 'stopped'
  | 'deleted'
  | 'apply-option-group'
  | 'option-group-in-sync'
  | 'maintenance'
  | 'snapshot-available';

export interface Step {
  /** ISO, sandbox time. */
  at: string;
  /** From when it was planned, so that a clock set back does not put it off for ever. */
  readonly seconds: number;
  readonly region: string;
  /** Instance or snapshot id. */
  readonly subject: string;
  readonly kind: StepKind;
}
