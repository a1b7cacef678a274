import * as vscode from 'vscode';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds } from '../ids.js';
import type { Services } from '../services.js';
import { watchAwsFiles } from './watchAwsFiles.js';

export function registerAws({ log, aws }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    watchAwsFiles(aws),
    registerCommand(log, commandIds.selectProfile, async () => {
      const { selectProfile } = await import('./selectProfile.js');
      await selectProfile(aws);
    }),
    registerCommand(log, commandIds.selectRegion, async () => {
      const { selectRegion } = await import('./selectRegion.js');
      await selectRegion(aws);
    }),
    registerCommand(log, commandIds.renewCredentials, async () => {
      const { signInToAws } = await import('./signInToAws.js');
      await signInToAws();
      aws.reopen();
    }),
  );
}
