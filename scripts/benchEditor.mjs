// npm run -s bench:editor: builds, packages and installs the extension in a real VS Code, then measures
// it (test/bench/editor/main.ts says what). Standard output holds one JSON object only.
import path from 'node:path';
import { must, root, run, toStandardError } from './lib/project.mjs';
import { prepareVscode } from './lib/prepareVscode.mjs';

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests'], {
  stdio: toStandardError,
});
await prepareVscode();
const bench = path.join(root, 'out', 'test', 'bench', 'editor', 'main.js');
process.exitCode = await run(process.execPath, [bench, ...process.argv.slice(2)]);
