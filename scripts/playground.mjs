// npm run playground: opens the extension in a VS Code that runs in the browser, on a workspace with
// sample backups, with a sandbox in the place of AWS and SQL Server. Prints the address; runs until
// Ctrl-C. What it does is in test/vscode/playground.ts, on the stage of the editor's tests.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { must, root } from './lib/project.mjs';
import { prepareVscode } from './lib/prepareVscode.mjs';

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests']);
await prepareVscode();
await import(pathToFileURL(path.join(root, 'out', 'test', 'vscode', 'playground.js')).href);
