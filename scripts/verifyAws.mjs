// npm run verify:aws: builds, then compares with a real instance (test/aws/main.ts says what and how).
import path from 'node:path';
import { must, root, run, toStandardError } from './lib/project.mjs';

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests'], {
  stdio: toStandardError,
});
// Ctrl-C goes to all programs of the terminal: the other one removes what it made first.
process.on('SIGINT', () => undefined);
const main = path.join(root, 'out', 'test', 'aws', 'main.js');
process.exitCode = await run(process.execPath, [main, ...process.argv.slice(2)]);
