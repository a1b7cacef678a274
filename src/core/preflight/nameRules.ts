import { restoreLimits } from '../nativeTasks/limits.js';
import { isTerminal, type TaskRow } from '../nativeTasks/taskRow.js';
import { databaseNameProblem, sameDatabaseName } from '../sql/databaseName.js';
import type { Finding } from './finding.js';
import { instanceName, type RestoreFacts } from './restoreFacts.js';

/** The database's name is free (or waits for a differential), and so is the queue of tasks. */
export function nameFindings(facts: RestoreFacts): Finding[] {
  const { restore } = facts;
  const problem = databaseNameProblem(restore.databaseName);
  if (problem !== undefined) {
    return [
      {
        id: 'bad-database-name',
        severity: 'blocks',
        sentence: problem,
        wayOut: 'Choose another name.',
        remedy: 'choose-another-name',
      },
    ];
  }
  const target = restore.type === 'DIFFERENTIAL' ? restoringFindings(facts) : freeName(facts);
  return [...target, ...pendingFindings(facts), ...queueFindings(facts)];
}

function freeName(facts: RestoreFacts): Finding[] {
  const { restore, databases = [] } = facts;
  const taken = databases.find(({ name }) => sameDatabaseName(name, restore.databaseName));
  if (taken === undefined) return [];
  return [
    {
      id: 'database-exists-rds',
      severity: 'blocks',
      sentence: `${instanceName(facts)} already has a database “${taken.name}”; RDS restores only as a new database.`,
      wayOut: 'Choose another name, or drop or rename that database first.',
      remedy: 'choose-another-name',
    },
  ];
}

/** A differential goes onto a database that a restore with NORECOVERY has left or will leave open. */
function restoringFindings(facts: RestoreFacts): Finding[] {
  const { restore, databases, tasks } = facts;
  if (databases === undefined || tasks === undefined) return [];
  if (pendingTasks(facts).some(leavesRestoring)) return [];
  const target = databases.find(({ name }) => sameDatabaseName(name, restore.databaseName));
  if (target?.state === 'RESTORING') return [];
  const wayOut = 'Restore the full backup it is based on with NORECOVERY first.';
  return [
    target === undefined
      ? {
          id: 'restore-needs-full-first',
          // The login may not see every database.
          severity: 'warns',
          sentence: `${instanceName(facts)} shows no database “${restore.databaseName}” onto which a differential backup could be restored.`,
          wayOut,
        }
      : {
          id: 'not-in-restoring-state',
          severity: 'blocks',
          sentence: `The database “${target.name}” is ${target.state}; a differential backup is restored onto one that is RESTORING.`,
          wayOut,
          remedy: 'choose-another-name',
        },
  ];
}

function pendingFindings(facts: RestoreFacts): Finding[] {
  const follows = facts.restore.type === 'DIFFERENTIAL';
  const pending = pendingTasks(facts).find((task) => !follows || !leavesRestoring(task));
  if (pending === undefined) return [];
  return [
    {
      id: 'task-already-issued',
      severity: 'blocks',
      sentence: `Task ${pending.taskId} (${pending.taskType}, ${pending.lifecycle}) is already at work on the database “${pending.databaseName ?? ''}”.`,
      wayOut: 'Wait until it has ended, or cancel it.',
      remedy: 'wait-for-tasks',
    },
  ];
}

function queueFindings(facts: RestoreFacts): Finding[] {
  const running = (facts.tasks ?? []).filter(({ lifecycle }) =>
    ['CREATED', 'IN_PROGRESS'].includes(lifecycle),
  );
  if (running.length < restoreLimits.tasksAtOnce) return [];
  const ids = running
    .map(({ taskId }) => taskId)
    .sort((a, b) => a - b)
    .join(', ');
  return [
    {
      id: 'two-tasks-running',
      severity: 'warns',
      sentence:
        `${instanceName(facts)} already has ${running.length} tasks to do (${ids}); RDS works on ` +
        `${restoreLimits.tasksAtOnce} at a time.`,
      wayOut: 'Wait for one of them to end, or let this restore wait behind them.',
      remedy: 'wait-for-tasks',
    },
  ];
}

const pendingTasks = ({ restore, tasks = [] }: RestoreFacts): TaskRow[] =>
  tasks.filter(
    ({ databaseName, lifecycle }) =>
      databaseName !== undefined &&
      sameDatabaseName(databaseName, restore.databaseName) &&
      !isTerminal(lifecycle),
  );

const leavesRestoring = ({ taskType }: TaskRow) => taskType.endsWith('_NORECOVERY');
