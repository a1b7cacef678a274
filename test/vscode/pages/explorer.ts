import path from 'node:path';
import type { ContextMenu } from './contextMenu.js';
import { Tree } from './tree.js';
import type { Workbench } from './workbench.js';

/** The files of the workspace. A file is named by its path inside the folder, with `/`. */
export class Explorer {
  readonly tree: Tree;

  constructor(private readonly workbench: Workbench) {
    this.tree = new Tree(
      workbench.page,
      workbench.page.locator('.explorer-folders-view .monaco-list'),
    );
  }

  async open(): Promise<void> {
    if (await this.tree.rows.list.isVisible()) return;
    await this.workbench.runCommand('View: Show Explorer');
    await this.tree.rows.list.waitFor();
  }

  /** Reads the folders anew. */
  async refresh(): Promise<void> {
    await this.open();
    const header = this.workbench.page.locator('.part.sidebar .pane-header').first();
    await header.hover();
    await header.getByRole('button', { name: 'Refresh Explorer' }).click();
  }

  /** The path of a file in the tree. A file made outside a moment ago may have gone unnoticed. */
  async #path(file: string): Promise<string[]> {
    await this.open();
    const path = file.split('/');
    if (!(await this.tree.has(path))) await this.refresh();
    return path;
  }

  async waitForFile(file: string): Promise<void> {
    await this.tree.waitFor(await this.#path(file));
  }

  /** Selects these files and no others. */
  async select(...files: string[]): Promise<void> {
    for (const [index, file] of files.entries()) {
      await this.tree.click(
        await this.#path(file),
        index === 0 ? {} : { modifiers: ['ControlOrMeta'] },
      );
    }
  }

  /** Opens the context menu of a file; of all that are selected when it is one of them. */
  async contextMenu(file: string): Promise<ContextMenu> {
    return this.tree.contextMenu(await this.#path(file));
  }

  /** Opens a file in an editor. */
  async openFile(file: string): Promise<void> {
    await this.tree.doubleClick(await this.#path(file));
    await this.workbench.editor.waitForTab(path.posix.basename(file));
  }

  /** The row of a file, for dragging it. */
  async row(file: string) {
    return this.tree.label(await this.tree.reveal(await this.#path(file)));
  }
}
