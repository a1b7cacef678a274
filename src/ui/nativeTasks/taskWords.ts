import * as vscode from 'vscode';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';
import { taskName } from '../../core/text/taskFacts.js';

/** A task in a list: `Restore Northwind`. */
export function taskLabel(row: TaskRow): string {
  const { l10n } = vscode;
  const { taskType, databaseName = '' } = row;
  switch (taskType.replace(/_NORECOVERY$/, '')) {
    case 'RESTORE_DB':
      return l10n.t('Restore {0}', databaseName);
    case 'RESTORE_DB_DIFFERENTIAL':
      return l10n.t('Restore {0} (differential)', databaseName);
    case 'RESTORE_DB_LOG':
      return l10n.t('Restore {0} (log)', databaseName);
    case 'FINISH_RESTORE':
      return l10n.t('Finish restore of {0}', databaseName);
    case 'BACKUP_DB':
      return l10n.t('Back up {0}', databaseName);
    case 'BACKUP_DB_DIFFERENTIAL':
      return l10n.t('Back up {0} (differential)', databaseName);
    case 'DOWNLOAD_FROM_S3':
      return l10n.t('Download a file from S3');
    case 'UPLOAD_TO_S3':
      return l10n.t('Upload a file to S3');
    case 'LIST_FILES_ON_DISK':
      return l10n.t('List files');
    case 'DELETE_FILES_ON_DISK':
      return l10n.t('Delete files');
    default:
      return taskName(row);
  }
}

/** A task in a sentence and as the name of work: `Restore of Northwind on prod-sql`. */
export function taskTitle(row: TaskRow, instanceId: string): string {
  const { databaseName = '' } = row;
  if (row.taskType.startsWith('RESTORE_DB')) {
    return vscode.l10n.t('Restore of {0} on {1}', databaseName, instanceId);
  }
  if (row.taskType.startsWith('BACKUP_DB')) {
    return vscode.l10n.t('Backup of {0} on {1}', databaseName, instanceId);
  }
  return vscode.l10n.t('{0} on {1}', taskLabel(row), instanceId);
}

/** The lifecycle in a word: `running`. */
export function stateWord(lifecycle: string): string {
  switch (lifecycle) {
    case 'CREATED':
      return vscode.l10n.t('queued');
    case 'IN_PROGRESS':
      return vscode.l10n.t('running');
    case 'CANCEL_REQUESTED':
      return vscode.l10n.t('being cancelled');
    case 'SUCCESS':
      return vscode.l10n.t('succeeded');
    case 'ERROR':
      return vscode.l10n.t('failed');
    case 'CANCELLED':
      return vscode.l10n.t('cancelled');
    default:
      return lifecycle.toLowerCase().replaceAll('_', ' ');
  }
}
