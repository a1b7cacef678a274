import * as vscode from 'vscode';
import { viewIds } from '../ids.js';
import type { Work, WorkList } from './work.js';

/** One item while something runs; a click opens the *Tasks* view. */
export class WorkStatusBar {
  readonly #item: vscode.StatusBarItem;
  readonly #listener: vscode.Disposable;

  constructor(list: WorkList) {
    this.#item = vscode.window.createStatusBarItem(
      'rdsBackup.work',
      vscode.StatusBarAlignment.Left,
    );
    this.#item.name = vscode.l10n.t('RDS Backup');
    this.#item.command = `${viewIds.tasks}.focus`;
    this.#listener = list.onDidChange(() => {
      this.#show(list.items.filter((work) => work.live));
    });
  }

  dispose(): void {
    this.#listener.dispose();
    this.#item.dispose();
  }

  #show(live: readonly Work[]): void {
    const [first, ...others] = live;
    if (first === undefined) {
      this.#item.hide();
      return;
    }
    const icon = live.every(({ state }) => state === 'waiting') ? 'watch' : 'sync~spin';
    const percent = first.percent === undefined ? '' : ` ${first.percent} %`;
    this.#item.text =
      others.length === 0
        ? `$(${icon}) ${first.title}${percent}`
        : `$(${icon}) ${vscode.l10n.t('{0} backup operations', live.length)}`;
    this.#item.tooltip = live.map((work) => `${work.title}: ${work.detail}`).join('\n');
    this.#item.show();
  }
}
