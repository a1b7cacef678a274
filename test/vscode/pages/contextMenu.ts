import type { Locator, Page } from 'playwright-core';

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

  /** Clicks an item, by its full title. */
  async choose(title: string): Promise<void> {
    await this.menu.getByRole('menuitem', { name: title, exact: true }).click();
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
