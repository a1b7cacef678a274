import type { Locator, Page } from 'playwright-core';
import { type ContextMenu, openContextMenu } from './contextMenu.js';
import { RowList, type Row } from './rowList.js';
import { fits, until } from './until.js';

/** Labels from the root to a node; an expression stands for a label that is not known in full. */
export type TreePath = readonly (string | RegExp)[];

const labelFits = (label: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? label === wanted : wanted.test(label);

/** A tree of VS Code, whose nodes are named by their path of labels. */
export class Tree {
  readonly rows: RowList;

  constructor(
    readonly page: Page,
    list: Locator,
  ) {
    this.rows = new RowList(page, list);
  }

  /** Expands all but the last node of the path and scrolls to that one. */
  async reveal(path: TreePath): Promise<Row> {
    let parent: Row | undefined;
    for (const [depth, label] of path.entries()) {
      if (parent !== undefined) await this.#expand(parent, path.slice(0, depth));
      parent = await until(
        async (waited) =>
          `No node “${String(label)}” at ${path.slice(0, depth).join(' › ') || 'the top'} ${waited}. ` +
          `There are:\n${await this.rows.text()}`,
        () => this.#lookUp(path.slice(0, depth + 1)),
      );
    }
    if (parent === undefined) throw new Error('A path has at least one label.');
    return parent;
  }

  /** Expands the node of the path, and those above it. */
  async expand(path: TreePath): Promise<void> {
    await this.#expand(await this.reveal(path), path);
  }

  async collapse(path: TreePath): Promise<void> {
    const row = await this.reveal(path);
    if (row.expanded === true) await this.#toggle(row, path, false);
  }

  /** Selects the node by a click on it. */
  async click(path: TreePath, o: { modifiers?: ('ControlOrMeta' | 'Shift')[] } = {}) {
    const row = await this.reveal(path);
    await this.label(row).click(o);
  }

  async doubleClick(path: TreePath): Promise<void> {
    await this.label(await this.reveal(path)).dblclick();
  }

  /** Waits until the node is there and, where stated, its description fits. */
  async waitFor(path: TreePath, o: { description?: string | RegExp } = {}): Promise<Row> {
    const { description } = o;
    return until(
      async (waited) =>
        `${path.join(' › ')} has no description ${String(description)} ${waited}. ` +
        `There are:\n${await this.rows.text()}`,
      async () => {
        const row = await this.reveal(path);
        return description === undefined || fits(row.description, description) ? row : undefined;
      },
    );
  }

  /** Whether the node is there now; its parents must be expanded. */
  async has(path: TreePath): Promise<boolean> {
    return (await this.#lookUp(path)) !== undefined;
  }

  /** Waits until there is no such node; its parents must be expanded. */
  async waitUntilGone(path: TreePath): Promise<void> {
    await until(
      (waited) => `${path.join(' › ')} is still there ${waited}.`,
      async () => ((await this.has(path)) ? undefined : true),
    );
  }

  /** Rows directly under a node, which is expanded for it; without a path those at the top. */
  async children(path: TreePath = []): Promise<Row[]> {
    if (path.length > 0) await this.expand(path);
    const all = await this.rows.all();
    if (path.length === 0) return all.filter(({ level }) => level === 1);
    const parent = childIn(all, path);
    return parent === undefined ? [] : below(all, parent).filter(isChildOf(parent));
  }

  /** The tooltip that appears over the node. */
  async tooltip(path: TreePath): Promise<string> {
    await this.label(await this.reveal(path)).hover();
    const hover = this.page.locator('.workbench-hover:visible').last();
    await hover.waitFor();
    const text = await hover.innerText();
    await this.page.keyboard.press('Escape');
    await this.page.mouse.move(0, 0);
    return text;
  }

  /** Clicks an action that the node shows at its right while the mouse is over it. */
  async inlineAction(path: TreePath, title: string | RegExp): Promise<void> {
    const row = this.rows.element(await this.reveal(path));
    await row.hover();
    const name = typeof title === 'string' ? title : title;
    await row.locator('.actions').getByRole('button', { name }).click();
  }

  /** Opens the node's context menu; the nodes that are selected with it stay so. */
  async contextMenu(path: TreePath): Promise<ContextMenu> {
    return openContextMenu(this.page, this.label(await this.reveal(path)));
  }

  /** The part of a row that a person would aim at. */
  label(row: Row): Locator {
    return this.rows.element(row).locator('.monaco-icon-label, .monaco-tl-contents').first();
  }

  async #expand(row: Row, path: TreePath): Promise<void> {
    if (row.expanded === true) return;
    await this.#toggle(row, path, true);
  }

  /** By keyboard: a click on a row may also open what it stands for. */
  async #toggle(row: Row, path: TreePath, expanded: boolean): Promise<void> {
    let looks = 0;
    await until(
      (waited) => `${path.join(' › ')} did not ${expanded ? 'expand' : 'collapse'} ${waited}.`,
      async () => {
        const now = looks === 0 ? row : await this.#lookUp(path);
        if (now?.expanded === expanded) return true;
        // A tree that is refreshed at this very moment may forget the click.
        if (looks % 50 === 0 && now !== undefined) {
          await this.rows.element(now).locator('.monaco-tl-twistie').click();
        }
        looks += 1;
        return undefined;
      },
    );
  }

  /** Finds the node now, with its parents expanded as they are. */
  async #lookUp(path: TreePath): Promise<Row | undefined> {
    const found = childIn(await this.rows.visible(), path);
    if (found !== undefined) return found;
    const node = childIn(await this.rows.all(), path);
    return node && this.rows.find(({ index }) => index === node.index);
  }
}

/** Rows after a node that belong to it. */
function below(rows: readonly Row[], node: Row): Row[] {
  const rest = rows.filter(({ index }) => index > node.index);
  const end = rest.findIndex(({ level }) => level <= node.level);
  return end < 0 ? rest : rest.slice(0, end);
}

const isChildOf = (parent: Row) => (row: Row) => row.level === parent.level + 1;

/** The node of a path among rows that begin with its root. */
function childIn(rows: readonly Row[], path: TreePath): Row | undefined {
  let within = [...rows];
  let level = 1;
  let node: Row | undefined;
  for (const label of path) {
    const depth = level;
    node = within.find((row) => row.level === depth && labelFits(row.label, label));
    if (node === undefined) return undefined;
    within = below(rows, node);
    level = node.level + 1;
  }
  return node;
}
