import path from 'node:path';
import { existsSync } from 'node:fs';
import os from 'node:os';
import * as vscode from 'vscode';
import type { S3Location } from '../../core/aws/s3Uri.js';
import { CancelledError } from '../../core/errors.js';
import type { Services } from '../services.js';
import { inNotification } from '../work/inNotification.js';
import { runDownload } from './runDownload.js';

/** *Download and Decrypt…*: asks where to, downloads, and shows the file. */
export async function download(services: Services, object: S3Location): Promise<void> {
  const name = path.posix.basename(object.key);
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Download and Decrypt {0}', name),
    saveLabel: vscode.l10n.t('Download'),
    defaultUri: vscode.Uri.joinPath(folder ?? vscode.Uri.file(os.homedir()), name),
  });
  if (target === undefined) throw new CancelledError();
  const result = await inNotification(
    services.work,
    'download',
    vscode.l10n.t('Download of {0}', name),
    (work) =>
      runDownload(
        services,
        // The dialog has asked whether to replace the file.
        { ...object, file: target.fsPath, overwrite: existsSync(target.fsPath) },
        work,
      ),
  );
  tell(result.file, result.sha256);
}

function tell(file: string, sha256: string): void {
  const show = vscode.l10n.t('Show File');
  void vscode.window
    .showInformationMessage(vscode.l10n.t('{0} is decrypted. SHA-256 {1}', file, sha256), show)
    .then((chosen) => {
      if (chosen !== show) return;
      const uri = vscode.Uri.file(file);
      const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
      void vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
    });
}
