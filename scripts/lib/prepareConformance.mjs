// Installs the clients that the conformance tests run against: AWS's Python programs and three SQL
// Server drivers in virtual environments (versions that were tried together), FreeTDS and OpenSSL.
import { existsSync, writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must } from './project.mjs';
import { systemPrograms } from './systemPrograms.mjs';

/** Environments that cannot share one: their pins contradict each other. */
const environments = {
  aws: [
    'moto[server]==5.2.5',
    'boto3==1.44.5',
    'awscli==1.46.3',
    'amazon-s3-encryption-client-python==4.0.0',
  ],
  // python-tds needs pyOpenSSL for TLS and does not ask for it.
  sql: ['pymssql==2.4.6', 'python-tds==1.17.1', 'pyOpenSSL==26.4.0', 'mssql-python==1.16.0'],
  ministack: ['ministack==1.5.33'],
  // Its package has the same name as that of Amazon's client; it needs Crypto and does not ask for it.
  rubyV1: ['s3-encryption==0.1.3', 'pycryptodome==4.4.0', 'boto3==1.44.5'],
};

/**
 * Folder of a virtual environment's programs.
 * @param {keyof typeof environments} name
 */
const binFolder = (name) =>
  path.join(cacheFolder('python', name), process.platform === 'win32' ? 'Scripts' : 'bin');

export async function prepareConformance() {
  const { python3 } = await systemPrograms({
    python3: ['python3', 'python3-venv'],
    openssl: ['openssl'],
    tsql: ['freetds-bin'],
  });
  for (const [name, pins] of Object.entries(environments)) {
    const folder = cacheFolder('python', name);
    const stamp = path.join(folder, 'installed.txt');
    const wanted = pins.join('\n');
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
      await must(`Creating the Python environment ${name}`, python3 ?? 'python3', [
        '-m',
        'venv',
        '--clear',
        folder,
      ]);
      const python = path.join(
        binFolder(/** @type {keyof typeof environments} */ (name)),
        'python',
      );
      await must(`Installing ${pins.join(' ')}`, python, [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        ...pins,
      ]);
      writeFileSync(stamp, wanted);
    }
  }
  // Read by test/conformance/clients.ts.
  process.env.RDS_BACKUP_PYTHON_AWS = binFolder('aws');
  process.env.RDS_BACKUP_PYTHON_SQL = binFolder('sql');
  process.env.RDS_BACKUP_PYTHON_MINISTACK = binFolder('ministack');
  process.env.RDS_BACKUP_PYTHON_RUBYV1 = binFolder('rubyV1');
}
