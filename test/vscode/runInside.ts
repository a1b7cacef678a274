import path from 'node:path';
import { root } from '../support/paths.js';
import { openBrowser } from './pages/workbench.js';
import type { VscodeServer } from './vscodeServer.js';

export interface RunInside {
  readonly workspace: string;
  /** Folder of the extension to load. */
  readonly extension: string;
  /** Module that exports `run()`, built, from the root of the repository. */
  readonly entry: string;
  /** Takes every text that it prints on the console. */
  readonly onLine: (text: string) => void;
}

/**
 * Runs a module inside the extension host of a VS Code, as `@vscode/test-electron` does on a desktop.
 * @returns the exit code: 0 unless `run()` threw
 */
export async function runInside(server: VscodeServer, o: RunInside): Promise<number> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      o.onLine(args.map(String).join(' '));
    });
    const ended = new Promise<number>((resolve) => {
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.goto(
      server.url(o.workspace, [
        ['extensionDevelopmentPath', server.remoteUri(o.extension)],
        ['extensionTestsPath', server.remoteUri(path.join(root, o.entry))],
      ]),
    );
    return await ended;
  } finally {
    await browser.close();
  }
}
