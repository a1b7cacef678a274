import { diagnose } from '../../core/diagnosis/diagnose.js';
import { EngineError } from '../../core/errors.js';
import { defineCommand } from '../arguments/command.js';
import { diagnosisText } from '../text/diagnosisText.js';
import { exitCode } from '../exitCode.js';
import { readStdin } from '../terminal/prompt.js';
import { UsageError } from '../arguments/usageError.js';

export const explain = defineCommand({
  name: 'explain',
  summary: 'say what an error message of RDS, AWS or SQL Server means and what to do',
  description:
    'Explains an error message: paste it in quotes, or give it on standard input. The text of ' +
    'task_info can be given whole; the cause is found among its messages.',
  positionals: [{ name: 'MESSAGE', optional: true, many: true }],
  options: {},
  examples: [
    'rds-backup explain "Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object."',
    'rds-backup explain < task_info.txt',
  ],
  async run({ positionals, output, host }) {
    // Several arguments: the quotes were forgotten.
    let message = positionals.join(' ');
    if (message === '' || message === '-') {
      if (host.stdin.isTTY)
        throw new UsageError('Give the message in quotes or on standard input.');
      message = await readStdin(host);
    }
    if (message.trim() === '') throw new UsageError('The message is empty.');
    const diagnosis = diagnose(message);
    if (diagnosis === undefined) {
      throw new EngineError(
        'cli/not-known',
        'This message is not among the known failures. Give it whole, as the server wrote it.',
      );
    }
    output.result(diagnosis, () => diagnosisText(diagnosis, output.style, output.width));
    return exitCode.done;
  },
});
