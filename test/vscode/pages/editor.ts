import type { Page } from 'playwright-core';
import { TextLines } from './textLines.js';
import { until } from './until.js';

/** The active text editor. */
export class Editor {
  readonly lines: TextLines;

  constructor(private readonly page: Page) {
    this.lines = new TextLines(
      page,
      page.locator('.editor-group-container.active .editor-instance .monaco-editor').first(),
    );
  }

  /** Waits until the active editor has this title. */
  async waitForTab(title: string | RegExp): Promise<void> {
    await this.page
      .locator('.editor-group-container.active .tab.active')
      .filter({ hasText: title })
      .waitFor();
  }

  /** Titles of all open editors. */
  tabs(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  async waitForText(text: string | RegExp): Promise<void> {
    await this.lines.waitFor(text);
  }

  /** Puts the mouse over a text and gives what appears. */
  async hover(text: string): Promise<string> {
    const { mouse } = this.page;
    const { x, y } = await this.lines.pointOf(text);
    let looks = 0;
    const hover = this.page.locator('.monaco-hover:visible .monaco-hover-content');
    return until(
      (waited) => `Nothing appears over “${text}” ${waited}.`,
      async () => {
        // Who points before there is something to say, or while an update hides it, points again.
        if (looks % 20 === 0) {
          await mouse.move(0, 0);
          await mouse.move(x, y);
        }
        looks += 1;
        await mouse.move(x + 1, y);
        const shown = (await hover.allInnerTexts()).join('\n').trim();
        return shown === '' || shown === 'Loading...' ? undefined : shown;
      },
    );
  }

  /** Opens the light bulb's menu at a text and gives the titles in it. */
  async codeActions(text: string): Promise<string[]> {
    const { x, y } = await this.lines.pointOf(text);
    await this.page.mouse.click(x, y);
    await this.page.keyboard.press('ControlOrMeta+.');
    const items = this.page.locator('.action-widget .monaco-list-row.action .title');
    await items.first().waitFor();
    return items.allInnerTexts();
  }

  /** Runs one of them. */
  async chooseCodeAction(text: string, title: string): Promise<void> {
    await this.codeActions(text);
    await this.page
      .locator('.action-widget .monaco-list-row.action')
      .filter({ hasText: title })
      .first()
      .click();
  }
}
