import type * as vscode from 'vscode';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';
import { taskLogLanguage } from '../ids.js';
import type { TaskKey } from '../nativeTasks/nativeTasks.js';

/** What a document of the scheme `rds-task` shows. */
export type TranscriptSubject =
  | { readonly kind: 'task'; readonly key: TaskKey }
  /** Somebody's message, explained. */
  | { readonly kind: 'message'; readonly text: string };

type UriParts = Pick<vscode.Uri, 'path' | 'query'>;

/** Uris are kept with the list of open editors. */
const longestMessage = 8000;

/**
 * `/prod-sql/12 RESTORE_DB Northwind.rds-task-log?task=12&instance=arn:aws:rds:…`. The path is for
 * people, the query says which task it is.
 */
export function taskUriParts(key: TaskKey, { taskType, databaseName }: TaskRow): UriParts {
  const name = [String(key.taskId), taskType, databaseName ?? ''].filter((part) => part !== '');
  return {
    path: `/${fileName(key.instanceId)}/${fileName(name.join(' '))}.${taskLogLanguage}`,
    query: `task=${key.taskId}&instance=${encodeURIComponent(key.instanceArn)}`,
  };
}

/** `/Failure.rds-task-log?message=…` */
export const messageUriParts = (text: string): UriParts => ({
  path: `/Failure.${taskLogLanguage}`,
  query: `message=${encodeURIComponent(text.slice(-longestMessage))}`,
});

/** Which subject a uri names; undefined when it names none. */
export function subjectOf({ query }: Pick<vscode.Uri, 'query'>): TranscriptSubject | undefined {
  const parameters = new URLSearchParams(query);
  const text = parameters.get('message');
  if (text !== null) return { kind: 'message', text };
  const taskId = Number(parameters.get('task'));
  const instanceArn = parameters.get('instance') ?? '';
  const instanceId = /:db:([^:]+)$/.exec(instanceArn)?.[1];
  if (!Number.isSafeInteger(taskId) || taskId < 1 || instanceId === undefined) return undefined;
  return { kind: 'task', key: { taskId, instanceArn, instanceId } };
}

/** Names of databases may hold what ends a file name or a path. */
const fileName = (text: string) => text.replaceAll(/[\\/\u0000-\u001f]/g, '_');
