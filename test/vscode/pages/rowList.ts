// The functions given to `evaluate` run in the page.
/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core';
import { turnWheel } from './turnWheel.js';
import { until } from './until.js';

/** A row as it is on the screen. */
export interface Row {
  /** Place in the whole list, also of what is scrolled out of sight. */
  readonly index: number;
  /** Depth in a tree, from 1. */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  readonly ariaLabel: string;
  /** Undefined where there is nothing to expand. */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
}

/** A list or tree of VS Code: it draws only the rows in sight, so what is wanted is scrolled to. */
export class RowList {
  constructor(
    readonly page: Page,
    /** The `.monaco-list` element. */
    readonly list: Locator,
  ) {}

  /** The rows on the screen, from top to bottom. */
  visible(): Promise<Row[]> {
    return this.list.locator('.monaco-list-rows > .monaco-list-row').evaluateAll((elements) =>
      elements
        .map((element) => {
          const text = (selector: string) => element.querySelector(selector)?.textContent ?? '';
          const expanded = element.getAttribute('aria-expanded');
          return {
            index: Number(element.getAttribute('data-index')),
            level: Number(element.getAttribute('aria-level') ?? 1),
            label: text('.label-name') || text('.monaco-icon-name-container'),
            description: text('.label-description'),
            ariaLabel: element.getAttribute('aria-label') ?? '',
            expanded: expanded === null ? undefined : expanded === 'true',
            selected: element.getAttribute('aria-selected') === 'true',
          };
        })
        .sort((a, b) => a.index - b.index),
    );
  }

  /** All rows. A list that is being filled draws row by row: read again until nothing comes any more. */
  async all(): Promise<Row[]> {
    for (let before = await this.#read(); ;) {
      await this.page.waitForTimeout(100);
      const now = await this.#read();
      if (sameRows(before, now)) return now;
      before = now;
    }
  }

  /** Rows that are there now, read by scrolling from top to bottom. */
  async #read(): Promise<Row[]> {
    const rows = new Map<number, Row>();
    await this.#walk((visible) => {
      for (const row of visible) rows.set(row.index, row);
      return undefined;
    });
    return [...rows.values()].sort((a, b) => a.index - b.index);
  }

  /** Scrolls until a wanted row is in sight; undefined when there is none now. */
  find(wanted: (row: Row) => boolean): Promise<Row | undefined> {
    return this.#walk((visible) => visible.find(wanted));
  }

  /** As {@link find}, but waits for the row to appear. */
  waitFor(what: string, wanted: (row: Row) => boolean): Promise<Row> {
    return until(
      async (waited) => `No row ${what} ${waited}. There are:\n${await this.text()}`,
      () => this.find(wanted),
    );
  }

  element(row: Pick<Row, 'index'>): Locator {
    return this.list.locator(`.monaco-list-rows > .monaco-list-row[data-index="${row.index}"]`);
  }

  /** What the whole list shows, indented, for error texts and comparisons. */
  async text(): Promise<string> {
    if (!(await this.list.isVisible())) return '(nothing is shown)';
    return (await this.all())
      .map(({ level, label, description, ariaLabel }) =>
        `${'  '.repeat(level - 1)}${label || ariaLabel} ${description}`.trimEnd(),
      )
      .join('\n');
  }

  async #walk<T>(look: (visible: Row[]) => T | undefined): Promise<T | undefined> {
    if (!(await this.list.isVisible())) return undefined;
    const found = look(await this.visible());
    if (found !== undefined) return found;
    const { height, scrollHeight } = await this.#position();
    if (scrollHeight <= height) return undefined;
    await this.#scroll(-scrollHeight);
    for (;;) {
      const seen = look(await this.visible());
      if (seen !== undefined) return seen;
      const at = await this.#position();
      if (at.top + at.height >= at.scrollHeight - 1) return undefined;
      await this.#scroll(Math.max(22, at.height - 44));
    }
  }

  #position(): Promise<{ top: number; height: number; scrollHeight: number }> {
    return this.list.evaluate((list) => {
      const rows = list.querySelector('.monaco-list-rows')?.getBoundingClientRect();
      const { y, height } = list.getBoundingClientRect();
      return { top: y - (rows?.y ?? y), height, scrollHeight: rows?.height ?? 0 };
    });
  }

  /** Scrolls by so many pixels, or to the end. The list draws before this returns. */
  async #scroll(by: number): Promise<void> {
    await turnWheel(this.list.locator('.monaco-scrollable-element').first(), by);
  }
}

/** Descriptions may tell a progress. */
const sameRows = (some: readonly Row[], others: readonly Row[]) =>
  some.length === others.length &&
  some.every(({ index, label }, at) => others[at]?.index === index && others[at].label === label);
