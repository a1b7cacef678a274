import * as vscode from 'vscode';
import type { S3Location } from '../../core/aws/s3Uri.js';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds } from '../ids.js';
import type { Services } from '../services.js';
import type { TreeNode } from '../views/node.js';
import { abortedBy } from '../abortedBy.js';
import { askBackup, askObject } from './askBackup.js';
import { type BackupLocation, nameOf } from './backupLocation.js';
import { InspectionDocuments } from './inspectionDocuments.js';
import { readBackup } from './readBackup.js';
import { verify } from './verifyObject.js';

type Subject = Pick<TreeNode, 'location'>;

/**
 * *Inspect Backup…*, its documents, and *Verify Object…*.
 * @param loaded objects that the tree shows, offered where none is named
 */
export function registerInspection(
  services: Services,
  loaded: () => readonly S3Location[],
): vscode.Disposable {
  const documents = new InspectionDocuments(services);
  const inspect = async (location: BackupLocation) => {
    const inspection = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Reading {0}', nameOf(location)),
        cancellable: true,
      },
      (_progress, token) => abortedBy(token, (signal) => readBackup(services, location, signal)),
    );
    await documents.show(location, inspection);
  };
  return vscode.Disposable.from(
    documents,
    registerCommand(services.log, commandIds.inspect, async (subject?: Subject | vscode.Uri) => {
      const named = subject instanceof vscode.Uri ? subject : subject?.location;
      await inspect(named ?? (await askBackup(vscode.l10n.t('Inspect Backup'), loaded())));
    }),
    registerCommand(services.log, commandIds.verify, async (subject?: Subject) => {
      const object = subject?.location;
      await verify(services, object ?? (await askObject(vscode.l10n.t('Verify Object'), loaded())));
    }),
  );
}
