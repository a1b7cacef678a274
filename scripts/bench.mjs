// npm run -s bench: builds, then measures (test/bench/main.ts says how and with which options). What
// the build says must not get between the caller and the one JSON object on standard output.
import path from 'node:path';
import { must, root, run } from './lib/project.mjs';

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests'], {
  stdio: ['ignore', 2, 2],
});
const bench = path.join(root, 'out', 'test', 'bench', 'main.js');
process.exitCode = await run(process.execPath, [bench, ...process.argv.slice(2)]);
