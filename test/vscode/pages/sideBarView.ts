import type { Locator, Page } from 'playwright-core';
import { openContextMenu } from './contextMenu.js';
import { Tree, type TreePath } from './tree.js';
import { until } from './until.js';

/** A view of the side bar: its tree, its welcome text, the actions of its title. */
export class SideBarView {
  readonly pane: Locator;
  readonly tree: Tree;

  constructor(
    private readonly page: Page,
    private readonly container: string,
    title: string,
  ) {
    // A view's description stands behind its title.
    const header = `.pane-header[aria-label="${title} Section"], .pane-header[aria-label^="${title} - "]`;
    this.pane = page.locator('.part.sidebar .pane').filter({ has: page.locator(header) });
    this.tree = new Tree(page, this.pane.locator('.pane-body .monaco-list'));
  }

  /** Shows the container of the view and unfolds the view. */
  async open(): Promise<void> {
    const icon = this.page.locator('.part.activitybar').getByRole('tab', { name: this.container });
    await until(
      (waited) => `The side bar does not show ${this.container} ${waited}.`,
      async () => {
        if (await this.pane.isVisible()) return true;
        // A window that is loaded anew may show it at this very moment; then the click closes it, and
        // the next one opens it.
        await icon.click();
        return this.pane.waitFor({ timeout: 3000 }).then(
          () => true,
          () => undefined,
        );
      },
    );
    // The header is hidden where the view is the only one of its container.
    const header = this.pane.locator('.pane-header');
    await header.waitFor({ state: 'attached' });
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await this.pane.locator('.pane-body').waitFor();
  }

  /** Leaves the room of the view to the others. */
  async fold(): Promise<void> {
    const header = this.pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  /** Text of the welcome view, which is shown while the tree is empty. */
  welcomeText(): Promise<string> {
    return this.pane.locator('.welcome-view-content').innerText();
  }

  async waitForWelcome(text: string | RegExp): Promise<void> {
    await this.pane.locator('.welcome-view-content').filter({ hasText: text }).waitFor();
  }

  /** Follows a link or presses a button of the welcome view. */
  async welcomeAction(name: string | RegExp): Promise<void> {
    const content = this.pane.locator('.welcome-view-content');
    const either = content.getByRole('button', { name }).or(content.getByRole('link', { name }));
    await either.first().click();
  }

  /** An action in the view's title bar, by its tooltip. */
  async titleAction(name: string | RegExp): Promise<void> {
    await this.pane.locator('.pane-header').hover();
    await this.pane.locator('.pane-header .actions').getByRole('button', { name }).first().click();
  }

  /** Clicks the node that loads the next page at the end of a folder. */
  async loadMore(parent: TreePath, label: string | RegExp = /^Load More/): Promise<void> {
    await this.tree.click([...parent, label]);
  }

  /** Opens the context menu of a node and chooses an item. */
  async contextAction(path: TreePath, title: string): Promise<void> {
    const menu = await openContextMenu(this.page, this.tree.label(await this.tree.reveal(path)));
    await menu.choose(title);
  }
}
