import { createHash, timingSafeEqual } from 'node:crypto';
import type { SandboxClock, SandboxCloud, SandboxInstance } from '../contract.js';
import type { Task } from '../agent/task.js';
import type { JsonDocument } from '../state/jsonFile.js';
import type { Database, InstanceState } from './instanceState.js';

export const systemDatabases = ['master', 'tempdb', 'model', 'msdb', 'rdsadmin'] as const;

/** Names compare without regard to case and accents, as RDS's own check of a new name does. */
const collator = new Intl.Collator('en', { sensitivity: 'base' });
export const namesCollide = (one: string, other: string) => collator.compare(one, other) === 0;
const exact = new Intl.Collator('en', { sensitivity: 'accent' });

/** What of a task its submitter says. */
export type NewTask = Pick<Task, 'type' | 'databaseName' | 'login'> &
  Partial<Pick<Task, 's3Arn' | 'kmsKeyArn' | 'overwrite' | 'fileCount'>>;

/** RDS keeps the history of tasks for so long. */
export const historyMs = 36 * 86_400_000;

/** The SQL Server of one RDS instance: its databases and tasks, kept on disk. */
export class SqlInstance {
  #tasksChanged: (() => void) | undefined;

  constructor(
    readonly id: string,
    readonly cloud: SandboxCloud,
    readonly clock: SandboxClock,
    private readonly document: JsonDocument<InstanceState>,
    /** Takes lines about failures of the sandbox itself. */
    private readonly log: (line: string) => void,
  ) {}

  get state(): InstanceState {
    return this.document.data;
  }

  /** As AWS describes it at this moment. */
  get description(): SandboxInstance {
    const found = this.cloud.instance(this.id);
    if (!found) throw new Error(`The instance ${this.id} has been deleted.`);
    return found;
  }

  /** A name as RDS gives the Windows hosts of its instances. */
  get serverName(): string {
    const digest = createHash('sha256').update(this.id).digest('hex').toUpperCase();
    return `EC2AMAZ-${digest.slice(0, 7)}`;
  }

  checkLogin(userName: string, password: string): boolean {
    const { masterUsername, masterPassword } = this.description;
    const digest = (text: string) => createHash('sha256').update(text).digest();
    const same = timingSafeEqual(digest(password), digest(masterPassword));
    return same && exact.compare(userName, masterUsername) === 0;
  }

  database(name: string): Database | undefined {
    return this.state.databases.find((database) => exact.compare(database.name, name) === 0);
  }

  /** The name as stored of a system or user database; undefined when there is none. */
  databaseName(name: string): string | undefined {
    return (
      systemDatabases.find((system) => exact.compare(system, name) === 0) ??
      this.database(name)?.name
    );
  }

  /** A database whose name differs from `name` by case or accents at most. */
  collidingName(name: string): string | undefined {
    const names = [...systemDatabases, ...this.state.databases.map((database) => database.name)];
    return names.find((taken) => namesCollide(taken, name));
  }

  task(id: number): Task | undefined {
    return this.state.tasks.find((task) => task.id === id);
  }

  /** The RDS agent's ear: called when a task has been queued or should be cancelled. */
  onTasksChanged(listener: () => void): void {
    this.#tasksChanged = listener;
  }

  requestCancel(task: Task): void {
    task.lifecycle = 'CANCEL_REQUESTED';
    task.lastUpdated = this.clock.now().toISOString();
    this.save();
    this.#tasksChanged?.();
  }

  addTask(task: NewTask): Task {
    const now = this.clock.now().toISOString();
    const added: Task = {
      s3Arn: null,
      kmsKeyArn: null,
      overwrite: false,
      fileCount: 1,
      ...task,
      id: this.state.nextTaskId++,
      createdAt: now,
      lastUpdated: now,
      lifecycle: 'CREATED',
      percentComplete: 0,
      info: '',
      startedAt: null,
      finishedAt: null,
    };
    const from = Date.parse(now) - historyMs;
    this.state.tasks = this.state.tasks.filter((old) => Date.parse(old.createdAt) >= from);
    this.state.tasks.push(added);
    this.save();
    this.#tasksChanged?.();
    return added;
  }

  /** Writes the state behind the caller's back. */
  save(): void {
    this.document.save().catch((error: unknown) => {
      this.log(`The state of ${this.id} could not be saved: ${String(error)}`);
    });
  }

  settled(): Promise<void> {
    return this.document.settled();
  }
}
