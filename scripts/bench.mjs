// npm run -s bench: builds, prepares Amazon's clients to compare with, then measures (test/bench/main.ts
// says how and with which options). What these say must not get between the caller and the one JSON
// object on standard output.
import path from 'node:path';
import { preparePython } from './lib/prepareConformance.mjs';
import { prepareJava } from './lib/prepareJava.mjs';
import { must, root, run, toStandardError } from './lib/project.mjs';
import { MissingPrograms } from './lib/systemPrograms.mjs';

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests'], {
  stdio: toStandardError,
});
await prepareJava();
try {
  await preparePython(['aws']);
} catch (error) {
  if (!(error instanceof MissingPrograms)) throw error;
  console.error(`Left out the Python client: ${error.message}`);
  process.env.RDS_BACKUP_PYTHON_LEFT_OUT = `left out the Python client: ${error.message}`;
}
const bench = path.join(root, 'out', 'test', 'bench', 'main.js');
process.exitCode = await run(process.execPath, [bench, ...process.argv.slice(2)]);
