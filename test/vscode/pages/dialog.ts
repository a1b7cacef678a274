import type { Page } from 'playwright-core';

/** A modal message. */
export class Dialog {
  constructor(private readonly page: Page) {}

  get #box() {
    return this.page.locator('.monaco-dialog-box');
  }

  async waitFor(text: string | RegExp): Promise<void> {
    await this.#box.filter({ hasText: text }).waitFor();
  }

  /** Message and detail, one below the other. */
  text(): Promise<string> {
    return this.#box.locator('.dialog-message-container').innerText();
  }

  buttons(): Promise<string[]> {
    return this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  async press(button: string): Promise<void> {
    await this.#box.getByRole('button', { name: button, exact: true }).click();
    await this.#box.waitFor({ state: 'hidden' });
  }
}
