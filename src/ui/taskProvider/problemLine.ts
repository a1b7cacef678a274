import { EngineError } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';

/**
 * The line that the problem matcher `$rds-backup` reads: `FILE: error CODE: sentence`.
 * @param file what the failure is about: the backup, or the tasks.json that asked for it
 */
export function problemLine(file: string, error: unknown): string {
  const code = error instanceof EngineError ? error.code : 'failed';
  return `${file}: error ${code}: ${failureSentence(error).replace(/\s+/g, ' ')}`;
}
