// Installs the clients that the conformance tests run against: AWS's Python programs and three SQL
// Server drivers in virtual environments (versions that were tried together), FreeTDS and OpenSSL.
import { existsSync, writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must, root } from './project.mjs';
import { systemPrograms } from './systemPrograms.mjs';

/** Environments that cannot share one: their pins contradict each other. Each has its file of pins. */
const environments = ['aws', 'sql', 'ministack', 'rubyV1'];

/**
 * Folder of a virtual environment's programs.
 * @param {string} name
 */
const binFolder = (name) =>
  path.join(cacheFolder('python', name), process.platform === 'win32' ? 'Scripts' : 'bin');

export async function prepareConformance() {
  const { python3 } = await systemPrograms({
    python3: ['python3', 'python3-venv'],
    openssl: ['openssl'],
    tsql: ['freetds-bin'],
  });
  for (const name of environments) {
    const pins = path.join(root, 'test', 'conformance', 'requirements', `${name}.txt`);
    const folder = cacheFolder('python', name);
    const stamp = path.join(folder, 'installed.txt');
    const wanted = readFileSync(pins, 'utf8');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
    await must(`Creating the Python environment ${name}`, python3 ?? 'python3', [
      ...['-m', 'venv', '--clear', folder],
    ]);
    await must(`Installing what ${pins} pins`, path.join(binFolder(name), 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', pins],
    ]);
    writeFileSync(stamp, wanted);
  }
  // Read by test/conformance/clients.ts.
  for (const name of environments) {
    process.env[`RDS_BACKUP_PYTHON_${name.toUpperCase()}`] = binFolder(name);
  }
}
