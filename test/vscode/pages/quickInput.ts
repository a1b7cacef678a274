import type { Locator, Page } from 'playwright-core';
import { RowList, type Row } from './rowList.js';
import { fits, until } from './until.js';

/** The box at the top of the window: input boxes, quick picks, the command palette. */
export class QuickInput {
  readonly #widget: Locator;
  readonly #list: RowList;

  constructor(private readonly page: Page) {
    this.#widget = page.locator('.quick-input-widget:visible');
    this.#list = new RowList(page, this.#widget.locator('.quick-input-list .monaco-list'));
  }

  get input(): Locator {
    return this.#widget.locator('.quick-input-box input');
  }

  /** Waits until the box with this title is open. The step follows as “(2/4)”. */
  async waitForTitle(title: string | RegExp): Promise<void> {
    await this.#widget.locator('.quick-input-title').filter({ hasText: title }).waitFor();
  }

  /** The title with its step, for example `Restore Database (2/4)`. */
  title(): Promise<string> {
    return this.#widget.locator('.quick-input-title').innerText();
  }

  /** Waits for a placeholder, where the box has no title. */
  async waitForPlaceholder(text: string | RegExp): Promise<void> {
    await this.#widget.getByPlaceholder(text).waitFor();
  }

  /** Labels of the rows, all of them. */
  async items(): Promise<string[]> {
    return (await this.rows()).map(({ label }) => label);
  }

  rows(): Promise<Row[]> {
    return this.#list.all();
  }

  /** Waits for a row by its label; a string must equal it. */
  waitForRow(label: string | RegExp): Promise<Row> {
    return this.#list.waitFor(`“${String(label)}” to choose`, (candidate) =>
      typeof label === 'string' ? candidate.label === label : label.test(candidate.label),
    );
  }

  /** Waits for a row by its label and clicks it. */
  async choose(label: string | RegExp): Promise<void> {
    await this.#list.element(await this.waitForRow(label)).click();
  }

  /** Replaces the text of the box. */
  async type(text: string): Promise<void> {
    await this.input.fill(text);
  }

  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  /** Types a text and accepts it. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  value(): Promise<string> {
    return this.input.inputValue();
  }

  /** The line below an input box: its prompt, or what is wrong with the text. */
  message(): Promise<string> {
    return this.#widget.locator('.quick-input-message').innerText();
  }

  async waitForMessage(text: string | RegExp): Promise<void> {
    await until(
      async (waited) =>
        `The box does not say “${String(text)}” ${waited}, but “${await this.message()}”.`,
      async () => (fits(await this.message(), text) ? true : undefined),
    );
  }

  /** Whether what has been typed is refused. */
  async isRefused(): Promise<boolean> {
    const box = this.#widget.locator('.quick-input-box .monaco-inputbox');
    return /\berror\b/.test((await box.getAttribute('class')) ?? '');
  }

  async back(): Promise<void> {
    await this.#widget.getByRole('button', { name: /^Back/ }).click();
  }

  /** A button of the title bar or beside the box, by its tooltip. */
  async button(name: string | RegExp): Promise<void> {
    await this.#widget.getByRole('button', { name }).first().click();
  }

  /** The first Escape may go to a tooltip over the box. */
  async cancel(): Promise<void> {
    await until(
      (waited) => `The box stays open after Escape ${waited}.`,
      async () => {
        await this.page.keyboard.press('Escape');
        return this.#widget.waitFor({ state: 'hidden', timeout: 2000 }).then(
          () => true,
          () => undefined,
        );
      },
    );
  }

  async waitUntilClosed(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }
}
