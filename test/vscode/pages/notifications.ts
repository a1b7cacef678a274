import type { Locator, Page } from 'playwright-core';
import { patienceMs } from './until.js';

const shown = ':is(.notifications-toasts, .notifications-center.visible)';

/** Messages at the lower right, and what the bell in the status bar opens. */
export class Notifications {
  constructor(private readonly page: Page) {}

  /** Waits for a message and gives its element. */
  async waitFor(text: string | RegExp): Promise<Locator> {
    const item = this.#item(text);
    try {
      await item.waitFor({ timeout: patienceMs / 2 });
    } catch {
      // VS Code leaves the fourth message within 800 ms to its list, as protection against spam.
      await this.#showList(true);
      await item.waitFor();
    }
    return item;
  }

  async waitUntilGone(text: string | RegExp): Promise<void> {
    // The list keeps what is gone from the screen.
    await this.#showList(false);
    await this.#item(text).waitFor({ state: 'hidden' });
  }

  /** Texts of all messages in sight, the newest first. */
  texts(): Promise<string[]> {
    return this.page.locator(`${shown} .notification-list-item-message`).allInnerTexts();
  }

  buttons(text: string | RegExp): Promise<string[]> {
    return this.#item(text)
      .locator('.notification-list-item-buttons-container .monaco-button')
      .allInnerTexts();
  }

  async press(text: string | RegExp, button: string): Promise<void> {
    const item = await this.waitFor(text);
    await item.getByRole('button', { name: button, exact: true }).click();
  }

  /** Percent that a message's progress bar shows; undefined while it only says that work goes on. */
  async progress(text: string | RegExp): Promise<number | undefined> {
    const container = (await this.waitFor(text)).locator('.monaco-progress-container');
    if (!/\bdiscrete\b/.test((await container.getAttribute('class')) ?? '')) return undefined;
    const style = (await container.locator('.progress-bit').getAttribute('style')) ?? '';
    return Number(/width: ([\d.]+)%/.exec(style)?.[1] ?? 0);
  }

  async close(text: string | RegExp): Promise<void> {
    const item = await this.waitFor(text);
    await item.hover();
    await item.getByRole('button', { name: /^Clear Notification/ }).click();
  }

  async #showList(wanted: boolean): Promise<void> {
    const isOpen = await this.page.locator('.notifications-center.visible').isVisible();
    if (isOpen !== wanted) {
      await this.page.locator('.statusbar-item[id="status.notifications"]').click();
    }
  }

  #item(text: string | RegExp): Locator {
    return this.page.locator(`${shown} .notification-list-item`).filter({ hasText: text }).first();
  }
}
