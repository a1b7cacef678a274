import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { isErrno, replaceFile } from '../state/jsonFile.js';

export interface EndpointCertificate {
  /** PEM texts of the leaf. */
  readonly key: string;
  readonly cert: string;
  /** PEM file with the CA that clients must trust. */
  readonly caFile: string;
}

const yearMs = 365 * 86_400_000;
const renewBeforeMs = 30 * 86_400_000;
const ownerOnly = 0o600;

/**
 * The TLS certificate of the SQL endpoints, kept in `folder`: made with a CA of its own at the first
 * start and again when it runs out. Clients connect to the name `localhost`; the address is in the
 * certificate as well, also as a DNS name, because ODBC ignores IP entries.
 */
export async function endpointCertificate(folder: string): Promise<EndpointCertificate> {
  const caFile = path.join(folder, 'ca.pem');
  const keyFile = path.join(folder, 'server.key');
  const certFile = path.join(folder, 'server.pem');
  const [key, cert, ca] = await Promise.all([keyFile, certFile, caFile].map(readIfThere));
  if (key !== undefined && cert !== undefined && ca !== undefined && isUsable(cert, ca)) {
    return { key, cert, caFile };
  }
  const made = await makeCertificates();
  await mkdir(folder, { recursive: true });
  await writeWhole(keyFile, made.key);
  await writeWhole(certFile, made.cert);
  await writeWhole(caFile, made.ca);
  return { key: made.key, cert: made.cert, caFile };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isUsable(cert: string, ca: string): boolean {
  try {
    const leaf = new X509Certificate(cert);
    const issuer = new X509Certificate(ca);
    const lasts = Date.parse(leaf.validTo) - Date.now() > renewBeforeMs;
    return lasts && leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, text, { mode: ownerOnly });
  await replaceFile(temporary, file);
}

async function makeCertificates() {
  const notBeforeDate = new Date(Date.now() - 86_400_000);
  const lifetime = {
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + 5 * yearMs),
    algorithm: 'sha256',
    keySize: 2048,
  };
  const ca = await generate([{ name: 'commonName', value: 'RDS Backup sandbox CA' }], {
    ...lifetime,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...lifetime,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: '127.0.0.1' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: leaf.private, cert: leaf.cert, ca: ca.cert };
}
