import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { root } from '../../support/paths.js';
import { prepared, type VscodeServer } from '../vscodeServer.js';
import { Dialog } from './dialog.js';
import { Editor } from './editor.js';
import { Explorer } from './explorer.js';
import { Notifications } from './notifications.js';
import { OutputPanel } from './outputPanel.js';
import { ProblemsPanel } from './problemsPanel.js';
import { QuickInput } from './quickInput.js';
import { rememberedEditors } from './rememberedEditors.js';
import { SideBarView } from './sideBarView.js';
import { StatusBar } from './statusBar.js';
import { patienceMs, until } from './until.js';

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Themes by their setting, their title in the list, and the class the window has under them. */
export const themes = {
  dark: { setting: 'Dark Modern', title: 'Dark Modern', mark: 'vs-dark' },
  light: { setting: 'Light Modern', title: 'Light Modern', mark: 'vs' },
  highContrast: { setting: 'Default High Contrast', title: 'Dark High Contrast', mark: 'hc-black' },
  highContrastLight: {
    setting: 'Default High Contrast Light',
    title: 'Light High Contrast',
    mark: 'hc-light',
  },
} as const;
export type Theme = keyof typeof themes;

export const screenshotFolder =
  process.env.RDS_BACKUP_SCREENSHOTS ?? path.join(root, 'out', 'screenshots');

/** The window of a running VS Code, with one object for each of its parts. */
export class Workbench {
  readonly dialog: Dialog;
  readonly editor: Editor;
  readonly explorer: Explorer;
  readonly notifications: Notifications;
  readonly output: OutputPanel;
  readonly problems: ProblemsPanel;
  readonly quickInput: QuickInput;
  readonly statusBar: StatusBar;

  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    readonly server: VscodeServer,
  ) {
    this.dialog = new Dialog(page);
    this.editor = new Editor(page);
    this.explorer = new Explorer(this);
    this.notifications = new Notifications(page);
    this.output = new OutputPanel(this);
    this.problems = new ProblemsPanel(this);
    this.quickInput = new QuickInput(page);
    this.statusBar = new StatusBar(page);
  }

  /** Opens a folder in a browser; it shows its window when `RDS_BACKUP_HEADED` is set. */
  static async open(server: VscodeServer, folder: string): Promise<Workbench> {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(patienceMs);
      const workbench = new Workbench(page, browser, server);
      await page.goto(server.url(folder));
      await workbench.waitUntilReady();
      return workbench;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** The window is drawn and the extension host has read the extensions. */
  private async waitUntilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 2 * patienceMs });
    await this.page
      .locator('.statusbar .statusbar-item[id="status.host"]')
      .filter({ hasNotText: /Opening Remote/ })
      .waitFor();
    // Menus that open before the extension's manifest has been read do not have its commands.
    await this.page.locator('.part.activitybar').getByRole('tab', { name: 'RDS Backup' }).waitFor();
  }

  /** Runs a command of the palette by its full title, `Category: Title`, once it is there. */
  async runCommand(title: string): Promise<void> {
    // The palette lists what was there when it opened; a command that comes later needs a new look.
    await until(
      (waited) => `The palette has no “${title}” ${waited}.`,
      async () => {
        await this.#openPalette(title);
        const rows = await this.quickInput.rows();
        if (rows.some(({ label }) => label === title)) {
          await this.quickInput.choose(title);
          return true;
        }
        await this.quickInput.cancel();
        return undefined;
      },
      2 * patienceMs,
    );
  }

  /** Whether the palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    await this.#openPalette(title);
    const labels = await this.quickInput.items();
    await this.quickInput.cancel();
    return labels.includes(title);
  }

  /** Types into the palette until it lists something; what takes the focus just then closes it again. */
  async #openPalette(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').first();
    const timeout = 5000;
    await until(
      (waited) => `The palette does not stay open ${waited}.`,
      async () => {
        await this.page.keyboard.press('F1');
        try {
          await this.quickInput.input.fill(`>${title}`, { timeout });
          await row.waitFor({ timeout });
          return true;
        } catch {
          return undefined;
        }
      },
    );
  }

  /** Waits until a window that is loaded anew will know of an open editor by this text. */
  async waitUntilRemembered(editor: string): Promise<void> {
    await until(
      (waited) => `VS Code has not stored an editor with ${editor} ${waited}.`,
      async () => ((await rememberedEditors(this.page)).includes(editor) ? true : undefined),
    );
  }

  /** The window loads anew, as with *Developer: Reload Window*; the extension host starts anew too. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilReady();
  }

  /** A view of the side bar by its title; `container` is the title of its icon in the activity bar. */
  view(container: string, title: string): SideBarView {
    return new SideBarView(this.page, container, title);
  }

  async useTheme(theme: Theme): Promise<void> {
    const { title, mark } = themes[theme];
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.choose(title);
    await this.page.locator(`.monaco-workbench.${mark}`).waitFor();
  }

  /** Writes a picture of the window; `RDS_BACKUP_SCREENSHOTS` says where, else `out/screenshots`. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshotFolder, { recursive: true });
    await this.page.screenshot({
      path: path.join(screenshotFolder, `${name}.png`),
      // What fades in is there.
      animations: 'disabled',
    });
  }
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: prepared('RDS_BACKUP_CHROMIUM'),
    args: chromiumFlags,
    headless: process.env.RDS_BACKUP_HEADED === undefined,
  });
