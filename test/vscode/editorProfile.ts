import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Settings that keep VS Code quiet and every row in sight of the tests. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  // Revealing the file of an editor that opens would undo a selection.
  'explorer.autoReveal': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'workbench.list.smoothScrolling': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.tree.enableStickyScroll': false,
};

/** @param folder `User` or `Machine` of the profile */
export async function writeSettings(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

/** Whether a variable of this process would change what an extension host does. */
export const isForeign = (name: string): boolean =>
  /^(AWS_|RDS_BACKUP_|ELECTRON_RUN_AS_NODE$|NODE_OPTIONS$|NODE_TEST)/i.test(name);
