import type { Locator, Page } from 'playwright-core';
import { until } from './until.js';

/** An open menu. */
export class ContextMenu {
  constructor(
    private readonly page: Page,
    private readonly menu: Locator,
  ) {}

  /** Titles of what can be chosen, in order. */
  async items(): Promise<string[]> {
    const labels = await this.menu
      .locator('.action-item:not(.disabled) .action-label')
      .allInnerTexts();
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** Clicks an item, by its full title. A menu that has just opened takes no click yet. */
  async choose(title: string): Promise<void> {
    await until(
      (waited) => `The menu stays open after a click on “${title}” ${waited}.`,
      async () => {
        await this.menu.getByRole('menuitem', { name: title, exact: true }).click();
        return this.menu.waitFor({ state: 'hidden', timeout: 1000 }).then(
          () => true,
          () => undefined,
        );
      },
    );
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.menu.waitFor({ state: 'hidden' });
  }
}

/** Right-clicks what is at `target`. */
export async function openContextMenu(page: Page, target: Locator): Promise<ContextMenu> {
  await target.click({ button: 'right' });
  const menu = page.locator('.monaco-menu').first();
  await menu.waitFor();
  return new ContextMenu(page, menu);
}
