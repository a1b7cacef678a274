import { TextLines } from './textLines.js';
import type { Workbench } from './workbench.js';

/** The Output panel. */
export class OutputPanel {
  readonly lines: TextLines;

  constructor(private readonly workbench: Workbench) {
    const { page } = workbench;
    this.lines = new TextLines(
      page,
      page.locator('.part.panel .output-view .monaco-editor').first(),
    );
  }

  /** Shows a channel by its name. */
  async open(channel: string): Promise<void> {
    await this.workbench.runCommand('Output: Show Output Channels...');
    await this.workbench.quickInput.choose(channel);
    await this.lines.editor.waitFor();
  }

  /** Names of all channels. */
  async channels(): Promise<string[]> {
    await this.workbench.runCommand('Output: Show Output Channels...');
    const names = await this.workbench.quickInput.items();
    await this.workbench.quickInput.cancel();
    return names;
  }

  async waitForText(text: string | RegExp): Promise<void> {
    await this.lines.waitFor(text);
  }
}
