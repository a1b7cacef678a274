import type { Locator, Page } from 'playwright-core';

/** The line at the bottom. */
export class StatusBar {
  constructor(private readonly page: Page) {}

  /** Texts of all items, from left to right. */
  texts(): Promise<string[]> {
    return this.page.locator('.part.statusbar .statusbar-item:visible').allInnerTexts();
  }

  async waitFor(text: string | RegExp): Promise<void> {
    await this.#item(text).waitFor();
  }

  async waitUntilGone(text: string | RegExp): Promise<void> {
    await this.#item(text).waitFor({ state: 'hidden' });
  }

  async press(text: string | RegExp): Promise<void> {
    await this.#item(text).locator('a').first().click();
  }

  #item(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }
}
