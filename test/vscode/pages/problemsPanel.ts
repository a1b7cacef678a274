import { type ContextMenu, openContextMenu } from './contextMenu.js';
import { RowList, type Row } from './rowList.js';
import type { Workbench } from './workbench.js';

/** The Problems panel. */
export class ProblemsPanel {
  readonly #rows: RowList;

  constructor(private readonly workbench: Workbench) {
    const { page } = workbench;
    this.#rows = new RowList(page, page.locator('.part.panel .markers-panel .monaco-list'));
  }

  async open(): Promise<void> {
    await this.workbench.runCommand('Problems: Focus on Problems View');
    await this.workbench.page.locator('.part.panel .markers-panel-container').waitFor();
  }

  /** What the rows say to a screen reader: severity, message, source and place. */
  async texts(): Promise<string[]> {
    return (await this.#rows.all()).map(({ ariaLabel }) => ariaLabel);
  }

  async waitFor(message: string | RegExp): Promise<Row> {
    return this.#rows.waitFor(
      `about “${String(message)}”`,
      ({ level, ariaLabel }) =>
        level > 1 &&
        (typeof message === 'string' ? ariaLabel.includes(message) : message.test(ariaLabel)),
    );
  }

  /** Opens the place that a problem is about. */
  async goTo(message: string | RegExp): Promise<void> {
    await this.#rows.element(await this.waitFor(message)).dblclick();
  }

  async contextMenu(message: string | RegExp): Promise<ContextMenu> {
    return openContextMenu(this.workbench.page, this.#rows.element(await this.waitFor(message)));
  }
}
