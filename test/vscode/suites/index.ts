// What VS Code runs inside its extension host: `extensionTestsPath` names this file.
import Mocha from 'mocha';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventReporter } from './eventReporter.js';

/**
 * Runs the suites beside this file; those alone whose name contains `RDS_BACKUP_SUITES`, when it is set.
 * @throws Error when a test failed, so that VS Code ends with a failure
 */
export async function run(): Promise<void> {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  const wanted = process.env['RDS_BACKUP_SUITES'] ?? '';
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: EventReporter });
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.suite.js') && name.includes(wanted)) mocha.addFile(path.join(folder, name));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
