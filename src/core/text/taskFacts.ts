import type { TaskRow } from '../nativeTasks/taskRow.js';
import { type Fact, knownFacts } from './facts.js';
import { formatTime } from './times.js';

/** `RESTORE_DB of Northwind`. */
export const taskName = ({ taskType, databaseName }: TaskRow) =>
  databaseName === undefined ? taskType : `${taskType} of ${databaseName}`;

/** `35 %`; empty when the instance does not say. */
export const taskPercent = ({ percentComplete }: TaskRow) =>
  percentComplete === undefined ? '' : `${percentComplete} %`;

/** What rds_task_status says of one task, besides its state and its messages. */
export const taskFacts = (row: TaskRow): Fact[] =>
  knownFacts([
    ['Object', row.s3ObjectArn],
    ['KMS key', row.kmsKeyArn],
    ['Created', formatTime(row.createdAt)],
    ['Updated', formatTime(row.lastUpdated)],
  ]);
