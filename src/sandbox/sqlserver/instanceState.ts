import type { Task } from '../agent/task.js';

/** What of an instance survives a restart. Dates are ISO texts in the instance's time, UTC. */
export interface InstanceState {
  databases: Database[];
  tasks: Task[];
  nextTaskId: number;
  nextDatabaseId: number;
  /** `rds_set_configuration`. */
  configuration: Record<string, string>;
  startedAt: string;
}

export interface Database {
  name: string;
  readonly id: number;
  readonly createdAt: string;
  state: 'ONLINE' | 'RESTORING';
  readonly recoveryModel: 'SIMPLE' | 'FULL' | 'BULK_LOGGED';
  readonly compatibilityLevel: number;
  readonly files: readonly DatabaseFile[];
  /** The login that queued the last restore into it. */
  restoredBy: string;
  /** The objects it was restored from; null once more than one backup went into it. */
  source: RestoreSource | null;
  /** Where the backups applied so far end. */
  position: RestorePosition;
}

export interface DatabaseFile {
  readonly id: number;
  readonly type: 'ROWS' | 'LOG';
  readonly logicalName: string;
  readonly physicalName: string;
  readonly sizeBytes: number;
  readonly maxSizeBytes: number;
  /** The file's GUID in the backup: RDS's `file_guids`. */
  readonly uniqueId: string;
}

export interface RestoreSource {
  readonly objects: readonly {
    readonly bucket: string;
    readonly key: string;
    readonly etag: string;
  }[];
  readonly kmsKeyArn: string | null;
  readonly pages: number;
}

export interface RestorePosition {
  readonly databaseName: string;
  readonly familyGuid: string | null;
  readonly backupSetGuid: string | null;
  readonly checkpointLsn: string;
  readonly lastLsn: string;
}

export function newInstanceState(startedAt: Date): InstanceState {
  return {
    databases: [],
    tasks: [],
    nextTaskId: 1,
    nextDatabaseId: 6,
    configuration: {},
    startedAt: startedAt.toISOString(),
  };
}
