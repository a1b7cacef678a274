// Builds dist/: one file per program (extension host, CLI, sandbox, their workers) plus the chunks
// they load on demand, and the data files they read. With --tests also out/, the sources and tests
// transpiled file by file for node:test.
import { build } from 'esbuild';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from './lib/project.mjs';

/** The programs: name in dist/ -> entry file. */
const programs = {
  extension: 'src/extension.ts',
  cli: 'src/cli/main.ts',
  cipherWorker: 'src/core/transfer/cipherWorker.ts',
  sandbox: 'src/sandbox/main.ts',
  contentWorker: 'src/sandbox/s3/contentWorker.ts',
};

/** Data that the programs read beside themselves at run time. */
const dataFiles = ['src/core/diagnosis/failure-catalogue.json'];

// Bundled CommonJS packages call require() for Node's own modules.
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module';" +
  'const require = __createRequire(import.meta.url);';

async function buildPrograms() {
  const dist = path.join(root, 'dist');
  await rm(dist, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: programs,
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The AWS packages' CommonJS builds lose their named exports in a lazily loaded chunk.
    mainFields: ['module', 'main'],
    target: 'node20',
    // Chunks lie beside the programs, so `new URL('./x', import.meta.url)` finds the worker and the
    // data from every one of them.
    chunkNames: 'chunk-[hash]',
    banner: { js: requireBanner },
    external: ['vscode', 'msnodesqlv8'],
    // tedious loads it for Azure sign-ins alone; RDS knows logins with a password.
    alias: { '@azure/identity': './scripts/lib/noAzureIdentity.mjs' },
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await Promise.all(
    dataFiles.map((file) => cp(path.join(root, file), path.join(dist, path.basename(file)))),
  );
}

/** @param {string} folder @returns {Promise<string[]>} */
async function typescriptFiles(folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
}

async function buildTests() {
  const out = path.join(root, 'out');
  await rm(out, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [...(await typescriptFiles('src')), ...(await typescriptFiles('test'))],
    outdir: out,
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  for (const file of dataFiles) {
    await mkdir(path.dirname(path.join(out, file)), { recursive: true });
    await cp(path.join(root, file), path.join(out, file));
  }
}

await buildPrograms();
if (process.argv.includes('--tests')) await buildTests();
