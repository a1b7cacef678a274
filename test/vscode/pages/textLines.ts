// The functions given to `evaluate` run in the page.
/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core';
import { turnWheel } from './turnWheel.js';
import { fits, until } from './until.js';

/** A piece of a line that is drawn in one colour. */
export interface Token {
  readonly text: string;
  /** Classes of its span, such as `mtk5 mtkb`. */
  readonly classes: string;
  /** As the browser computes it, such as `rgb(106, 153, 85)`. */
  readonly color: string;
}

// The editor draws blanks as no-break spaces.
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

/** The lines of a text editor of VS Code, of which it draws only those in sight. */
export class TextLines {
  constructor(
    private readonly page: Page,
    /** The `.monaco-editor` element. */
    readonly editor: Locator,
  ) {}

  /** What is in sight. A long line that is wrapped counts as several. */
  async visible(): Promise<string[]> {
    return (await this.#drawn()).map(({ text }) => text);
  }

  /** The whole text, read by scrolling from its beginning. */
  async all(): Promise<string> {
    const lines = new Map<number, string>();
    await this.#scrollToEnd(-1);
    for (;;) {
      for (const { top, text } of await this.#drawn()) lines.set(top, text);
      if (!(await this.#scroll(1))) break;
    }
    return [...lines.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text)
      .join('\n');
  }

  /** Waits until the text in sight contains this; where a line is wrapped does not matter. */
  async waitFor(text: string | RegExp): Promise<void> {
    await until(
      async (waited) =>
        `The text does not contain “${String(text)}” ${waited}. In sight is:\n${(await this.visible()).join('\n')}`,
      async () => {
        const lines = await this.visible();
        return fits(lines.join(''), text) || fits(lines.join('\n'), text) ? true : undefined;
      },
    );
  }

  /** The pieces of the first line in sight that contains this. */
  async tokens(lineText: string): Promise<Token[]> {
    await this.waitFor(lineText);
    return this.editor.locator('.view-lines .view-line').evaluateAll((lines, wanted) => {
      const clean = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ');
      const line = lines.find(({ textContent }) => clean(textContent).includes(wanted));
      return [...(line?.querySelectorAll<HTMLElement>('span > span') ?? [])].map((span) => ({
        text: clean(span.textContent),
        classes: span.className,
        color: getComputedStyle(span).color,
      }));
    }, lineText);
  }

  /** Where the middle of a text is on the screen. */
  async pointOf(text: string): Promise<{ x: number; y: number }> {
    return until(
      async (waited) =>
        `“${text}” is not in sight ${waited}. In sight is:\n${(await this.visible()).join('\n')}`,
      () =>
        this.editor.locator('.view-lines .view-line').evaluateAll((lines, wanted) => {
          for (const line of lines) {
            const at = line.textContent.replaceAll('\u00a0', ' ').indexOf(wanted);
            if (at < 0) continue;
            const range = document.createRange();
            const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            let offset = 0;
            let middle = at + Math.floor(wanted.length / 2);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
              const length = node.textContent?.length ?? 0;
              if (middle < offset + length) {
                range.setStart(node, middle - offset);
                range.setEnd(node, middle - offset + 1);
                const box = range.getBoundingClientRect();
                return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
              }
              offset += length;
            }
            middle = 0;
          }
          return undefined;
        }, text),
    );
  }

  async #drawn(): Promise<{ top: number; text: string }[]> {
    const lines = await this.editor.locator('.view-lines .view-line').evaluateAll((elements) =>
      elements.map((element) => ({
        top: Number.parseFloat((element as HTMLElement).style.top),
        text: element.textContent,
      })),
    );
    return lines.sort((a, b) => a.top - b.top).map(({ top, text }) => ({ top, text: plain(text) }));
  }

  async #top(): Promise<string> {
    return (await this.editor.locator('.lines-content').first().getAttribute('style')) ?? '';
  }

  /** @returns whether there was anything more in that direction */
  async #scroll(direction: 1 | -1): Promise<boolean> {
    const before = await this.#top();
    const box = await this.editor.boundingBox();
    if (box === null) return false;
    const scrollable = this.editor.locator('.editor-scrollable').first();
    await turnWheel(scrollable, direction * Math.max(20, box.height - 60));
    // Two frames: one in which the editor takes the wheel, one in which it draws.
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              resolve();
            }),
          );
        }),
    );
    return (await this.#top()) !== before;
  }

  async #scrollToEnd(direction: 1 | -1): Promise<void> {
    while (await this.#scroll(direction));
  }
}
