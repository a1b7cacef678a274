import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Set by the test script, which installs them. */
const { RDS_BACKUP_VSCODE, RDS_BACKUP_VSCODE_NODE, RDS_BACKUP_CHROMIUM } = process.env;

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const userSettings = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'workbench.startupEditor': 'none',
};

/** A running VS Code with one browser page that shows it. */
export class Workbench implements AsyncDisposable {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly server: ChildProcess,
    private readonly dataFolder: string,
  ) {}

  /** Installs the packaged extension as a user would, then opens `workspace`. */
  static async open(vsix: string, workspace: string): Promise<Workbench> {
    if (!RDS_BACKUP_VSCODE || !RDS_BACKUP_VSCODE_NODE || !RDS_BACKUP_CHROMIUM) {
      throw new Error('Run these tests with `npm test`: it installs a VS Code for them.');
    }
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-vscode-'));
    await mkdir(path.join(dataFolder, 'data', 'User'), { recursive: true });
    await writeFile(
      path.join(dataFolder, 'data', 'User', 'settings.json'),
      JSON.stringify(userSettings),
    );
    const common = [
      RDS_BACKUP_VSCODE,
      '--accept-server-license-terms',
      '--disable-telemetry',
      '--server-data-dir',
      dataFolder,
    ];
    await finished(
      spawn(RDS_BACKUP_VSCODE_NODE, [...common, '--install-extension', vsix], { stdio: 'ignore' }),
    );
    const port = await freePort();
    const server = spawn(
      RDS_BACKUP_VSCODE_NODE,
      [...common, '--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      { stdio: 'ignore' },
    );
    await listening(port);
    const browser = await chromium.launch({
      executablePath: RDS_BACKUP_CHROMIUM,
      args: chromiumFlags,
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`http://127.0.0.1:${String(port)}/?folder=${encodeURIComponent(workspace)}`);
    await page.locator('.monaco-workbench').waitFor();
    return new Workbench(page, browser, server, dataFolder);
  }

  /** Runs a command of the palette by its full title, once VS Code has read the extension. */
  async runCommand(title: string): Promise<void> {
    const row = this.page.locator(`.quick-input-list .monaco-list-row[aria-label*="${title}"]`);
    for (let attempt = 1; ; attempt += 1) {
      await this.page.keyboard.press('F1');
      await this.inputBox.fill(`>${title}`);
      try {
        await row.first().click({ timeout: 3_000 });
        return;
      } catch (error) {
        if (attempt === 10) throw error;
        await this.page.keyboard.press('Escape');
        await this.inputBox.waitFor({ state: 'hidden' });
      }
    }
  }

  private get inputBox() {
    return this.page.locator('.quick-input-widget input[type="text"]');
  }

  /** Types into the open input box and accepts it. */
  async answer(text: string): Promise<void> {
    await this.inputBox.fill(text);
    await this.inputBox.press('Enter');
  }

  /** The text of the active editor, once it contains `expected`. */
  async waitForEditorText(expected: string): Promise<void> {
    await this.page
      .locator('.editor-instance .view-lines', { hasText: expected.replaceAll(' ', '\u00a0') })
      .waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    this.server.kill();
    await finished(this.server);
    await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function finished(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('close', () => {
      resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

/** Resolves when something accepts connections on the port. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`VS Code did not start listening on port ${String(port)}.`);
}
