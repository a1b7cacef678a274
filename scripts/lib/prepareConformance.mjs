// Installs the clients that the conformance tests run against: AWS's Python programs and three SQL
// Server drivers in virtual environments (versions that were tried together), FreeTDS and OpenSSL.
import { existsSync, writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must, root, toStandardError } from './project.mjs';
import { systemPrograms } from './systemPrograms.mjs';

/** Environments that cannot share one: their pins contradict each other. Each has its file of pins. */
const environments = ['aws', 'sql', 'ministack', 'rubyV1'];

/**
 * Folder of a virtual environment's programs.
 * @param {string} name
 */
const binFolder = (name) =>
  path.join(cacheFolder('python', name), process.platform === 'win32' ? 'Scripts' : 'bin');

const pythonPackages = ['python3', 'python3-venv'];

export async function prepareConformance() {
  await systemPrograms({ python3: pythonPackages, openssl: ['openssl'], tsql: ['freetds-bin'] });
  await preparePython(environments);
}

/**
 * Creates virtual environments and sets RDS_BACKUP_PYTHON_NAME to the programs of each; read by
 * test/conformance/clients.ts.
 * @param {string[]} names
 */
export async function preparePython(names) {
  const { python3 = 'python3' } = await systemPrograms({ python3: pythonPackages });
  for (const name of names) {
    process.env[`RDS_BACKUP_PYTHON_${name.toUpperCase()}`] = binFolder(name);
    const pins = path.join(root, 'test', 'conformance', 'requirements', `${name}.txt`);
    const folder = cacheFolder('python', name);
    const stamp = path.join(folder, 'installed.txt');
    const wanted = readFileSync(pins, 'utf8');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
    const venv = ['-m', 'venv', '--clear', folder];
    await must(`Creating the Python environment ${name}`, python3, venv, {
      stdio: toStandardError,
    });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', pins];
    const python = path.join(binFolder(name), 'python');
    await must(`Installing what ${pins} pins`, python, install, { stdio: toStandardError });
    writeFileSync(stamp, wanted);
  }
}
