import type * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import type { TaskEvent } from '../../core/nativeTasks/followTask.js';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';

/** Which task: ids count per instance. */
export interface TaskKey {
  readonly instanceId: string;
  readonly instanceArn: string;
  readonly taskId: number;
}

type Identity = Pick<TaskKey, 'instanceArn' | 'taskId'>;

export const sameTask = (a: Identity, b: Identity) =>
  a.instanceArn === b.instanceArn && a.taskId === b.taskId;

/** For maps: equal for the {@link sameTask}. */
export const taskIdentity = ({ instanceArn, taskId }: Identity) => `${instanceArn} ${taskId}`;

/** A native task as last seen. */
export interface NativeTask extends TaskKey {
  readonly row: TaskRow;
  /** Followed to its end by this window; its events stream. */
  readonly followed: boolean;
}

/** The native tasks of the instances that somebody is signed in to. */
export interface NativeTasks {
  /** A task, or the list of an instance, has changed. */
  readonly onDidChange: vscode.Event<{ readonly instanceArn: string; readonly taskId?: number }>;
  /** What happens to followed tasks, in order, each event once. */
  readonly onEvent: vscode.Event<{ readonly task: NativeTask; readonly event: TaskEvent }>;
  /** A task that this workspace waited for has ended; comes after its last {@link onEvent}. */
  readonly onDidEnd: vscode.Event<NativeTask>;
  /** Newest first; empty until {@link refresh}. */
  list(instanceArn: string): readonly NativeTask[];
  get(key: TaskKey): NativeTask | undefined;
  /** The task from memory, or asked of the server. @throws EngineError `sql/…`, `task/not-found` */
  find(key: TaskKey, signal?: AbortSignal): Promise<NativeTask>;
  /** Reads the instance's list anew, and follows what still runs. @throws EngineError `sql/…` */
  refresh(instance: Instance, signal?: AbortSignal): Promise<void>;
  /** Follows a task to its end; does nothing when it is followed already. Survives a window reload. */
  follow(instance: Instance, taskId: number): void;
  /** False when its end has been told, or when following it has ended before. */
  isFollowed(key: TaskKey): boolean;
  /** Asks the server to cancel it. @throws EngineError `sql/…` */
  cancel(key: TaskKey): Promise<void>;
}
