import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { registerCommand } from '../../commands/registerCommand.js';
import { commandIds } from '../../ids.js';
import type { Services } from '../../services.js';
import { confirmBriefly } from '../confirmBriefly.js';
import { InstancesView } from './instancesView.js';

/** A row of the tree, or what other code passes in its place. */
interface Subject {
  readonly instance?: Instance | undefined;
}

export function registerInstances(services: Services): vscode.Disposable {
  const { log, aws, logins } = services;
  const view = new InstancesView(services);
  return vscode.Disposable.from(
    view,
    registerCommand(log, commandIds.refreshInstances, () => {
      view.refresh();
    }),
    registerCommand(log, commandIds.signIn, async (subject?: Subject) => {
      const { instanceFor } = await import('../../aws/pickInstance.js');
      const instance = await instanceFor(subject, aws, vscode.l10n.t('Sign In to Instance'));
      await logins.signIn(instance);
      confirmBriefly(vscode.l10n.t('Signed in to {0}', instance.id));
      await view.expand(instance.arn);
    }),
    registerCommand(log, commandIds.forgetPassword, async (subject?: Subject) => {
      const { instanceFor } = await import('../../aws/pickInstance.js');
      const instance = await instanceFor(subject, aws, vscode.l10n.t('Forget Password'));
      await logins.forget(instance.arn);
      confirmBriefly(vscode.l10n.t('The password of {0} is forgotten', instance.id));
    }),
  );
}
