import * as vscode from 'vscode';
import { EngineError } from '../../core/errors.js';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds } from '../ids.js';
import type { Services } from '../services.js';
import { confirmBriefly } from './confirmBriefly.js';
import type { TreeNode } from './node.js';

/** Commands that every row may offer: what they copy or open, the row says itself. */
export function registerNodeCommands({ log, aws }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(
      log,
      commandIds.copyArn,
      async (node?: TreeNode, selection?: readonly TreeNode[]) => {
        const arns = textsOf(selection ?? [node], ({ arn }) => arn);
        if (arns.length === 0) {
          const { pickResource } = await import('../aws/pickResource.js');
          arns.push((await pickResource(aws, vscode.l10n.t('Copy ARN'))).arn);
        }
        await vscode.env.clipboard.writeText(arns.join('\n'));
        confirmBriefly(vscode.l10n.t('ARN copied'));
      },
    ),
    registerCommand(
      log,
      commandIds.copyValue,
      async (node?: TreeNode, selection?: readonly TreeNode[]) => {
        const values = textsOf(selection ?? [node], ({ value }) => value);
        if (values.length === 0) return;
        await vscode.env.clipboard.writeText(values.join('\n'));
        confirmBriefly(vscode.l10n.t('Value copied'));
      },
    ),
    registerCommand(log, commandIds.openConsole, async (node?: TreeNode) => {
      const url = node?.consoleUrl ?? (await pickedUrl(aws));
      // As a text: a Uri would encode the = and ; that the console wants to see.
      await vscode.env.openExternal(url as unknown as vscode.Uri);
    }),
  );
}

async function pickedUrl(aws: Services['aws']): Promise<string> {
  const { pickResource } = await import('../aws/pickResource.js');
  const { consoleUrl } = await import('../../core/aws/consoleUrl.js');
  const { endpointUrl, region } = await aws.session();
  const none = () =>
    new EngineError(
      'aws/no-console',
      `There is no public AWS console for ${endpointUrl ?? region}.`,
    );
  if (endpointUrl !== undefined) throw none();
  const { target } = await pickResource(aws, vscode.l10n.t('Open in AWS Console'));
  const url = consoleUrl(target);
  if (url === undefined) throw none();
  return url;
}

function textsOf(
  nodes: readonly (TreeNode | undefined)[],
  text: (node: TreeNode) => string | undefined,
): string[] {
  return nodes.flatMap((node) => (node === undefined ? [] : (text(node) ?? [])));
}
