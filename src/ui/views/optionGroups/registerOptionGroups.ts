import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import type { SqlServerOptionGroup } from '../../../core/aws/optionGroups.js';
import type { AwsSession } from '../../../core/aws/session.js';
import { isCancelled } from '../../../core/errors.js';
import { registerCommand } from '../../commands/registerCommand.js';
import { commandIds, viewIds } from '../../ids.js';
import type { Services } from '../../services.js';
import type { TreeNode } from '../node.js';
import { NodeTree } from '../nodeTree.js';
import { DefaultGroupsNode } from './defaultGroupsNode.js';
import { OptionGroupNode } from './optionGroupNode.js';

export function registerOptionGroups({ log, aws }: Services): vscode.Disposable {
  const tree = new NodeTree({
    id: viewIds.optionGroups,
    log,
    roots: async (signal) => {
      const { listOptionGroups } = await import('../../../core/aws/optionGroups.js');
      const session = await aws.session();
      const [groups, instances] = await Promise.all([
        listOptionGroups(session, signal),
        instancesOf(session, signal),
      ]);
      const { region } = session;
      const atAws = session.endpointUrl === undefined;
      const nodes = (made: readonly SqlServerOptionGroup[], parent?: TreeNode) =>
        made.map((group) => new OptionGroupNode(parent, group, { region, atAws, instances }));
      const own = groups.filter(({ name }) => !name.startsWith('default:'));
      const defaults = groups.filter((group) => !own.includes(group));
      return [
        ...nodes(own),
        ...(defaults.length > 0
          ? [new DefaultGroupsNode((parent) => nodes(defaults, parent))]
          : []),
      ];
    },
  });
  return vscode.Disposable.from(
    tree,
    aws.onDidChange(() => {
      tree.refresh();
    }),
    registerCommand(log, commandIds.refreshOptionGroups, () => {
      tree.refresh();
    }),
  );
}

/** The groups are worth showing without them. */
async function instancesOf(
  session: AwsSession,
  signal: AbortSignal,
): Promise<readonly Instance[] | Error> {
  const { listInstances } = await import('../../../core/aws/instances.js');
  try {
    return await listInstances(session, signal);
  } catch (error) {
    if (isCancelled(error) || !(error instanceof Error)) throw error;
    return error;
  }
}
