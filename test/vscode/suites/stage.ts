import { readFile } from 'node:fs/promises';
import type { StageFacts } from '../stage.js';

/** Where the sandbox, its keys and the sample backups are. */
export async function stageFacts(): Promise<StageFacts> {
  const file = process.env['RDS_BACKUP_STAGE'];
  if (file === undefined) throw new Error('These suites need a stage; see CONTRIBUTING.md.');
  return JSON.parse(await readFile(file, 'utf8')) as StageFacts;
}
