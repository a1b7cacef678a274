import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CancelledError } from '../../core/errors.js';
import type { Host } from '../host.js';

/**
 * Asks for one line that is not shown while it is typed. Standard error carries the question, so that
 * standard output stays clean.
 * @throws CancelledError on Ctrl-C, Ctrl-D and when the host is stopped
 */
export function askHidden(question: string, host: Host): Promise<string> {
  host.stderr.write(question);
  // readline edits the line (backspace, paste) and echoes it into the void.
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: host.stdin, output: nowhere, terminal: true });
  return new Promise<string>((resolve, reject) => {
    let answered = false;
    const stop = () => {
      lines.close();
    };
    host.signal.addEventListener('abort', stop, { once: true });
    // In raw mode Ctrl-C is a character, not a signal.
    lines.once('SIGINT', stop);
    lines.once('line', (answer) => {
      answered = true;
      lines.close();
      resolve(answer);
    });
    lines.once('close', () => {
      host.signal.removeEventListener('abort', stop);
      host.stderr.write('\n');
      if (!answered) reject(new CancelledError());
    });
  });
}

/** All of standard input as UTF-8, without a byte order mark (PowerShell writes one). */
export async function readStdin(host: Host): Promise<string> {
  return (await text(host.stdin)).replace(/^\ufeff/, '');
}
