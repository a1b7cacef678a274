import { type BackupHeader } from '../../core/backupFile/backupHeader.js';
import { fileSource } from '../../core/backupFile/fileSource.js';
import { readBackupHeader } from '../../core/backupFile/readBackupHeader.js';
import { readability } from '../../core/envelope/readability.js';
import { openDecrypted } from '../../core/transfer/decryptedSource.js';
import { type ObjectEnvelope, readObjectEnvelope } from '../../core/transfer/objectEnvelope.js';
import { readRange } from '../../core/transfer/rangedGet.js';
import { formatS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { type Bucket } from './bucket.js';
import { type EnvelopeFacts } from '../text/envelopeText.js';

/** What there is to say of one backup, in a file or in S3. */
export interface Inspection {
  /** Path or S3 URI as given. */
  readonly location: string;
  readonly object?: ObjectEnvelope;
  readonly facts?: EnvelopeFacts;
  /** undefined where nobody but the holder of the key can read it, or reading failed. */
  readonly header?: BackupHeader;
  /** Why the header could not be read. */
  readonly error?: unknown;
}

export async function inspectFile(file: string, signal: AbortSignal): Promise<Inspection> {
  await using source = await fileSource(file);
  return { location: file, header: await readBackupHeader(source, { signal }) };
}

/**
 * The envelope, and the header of what it hides where KMS opens it. That the content cannot be read
 * hides nothing of the envelope.
 */
export async function inspectObject(
  location: S3Location,
  { s3, keys }: Bucket,
  signal: AbortSignal,
): Promise<Inspection> {
  const object = await readObjectEnvelope({ ...location, s3, signal });
  const found = { location: formatS3Uri(location), object };
  const unknown = { keyArn: undefined, plaintextBytes: undefined };
  if (object.envelope === undefined) {
    const read = (offset: number, length: number) =>
      readRange({ ...object, s3 }, offset, Math.min(length, object.size - offset), { signal });
    const header = await attempt(() => readBackupHeader({ size: object.size, read }, { signal }));
    return { ...found, facts: { readability: undefined, ...unknown }, ...header };
  }
  const facts = { readability: readability(object.envelope), ...unknown };
  if (!facts.readability.product.canRead) return { ...found, facts };
  try {
    const source = await openDecrypted({ ...location, s3, keys, signal });
    try {
      const { keyArn, size } = source;
      const header = await attempt(() => readBackupHeader(source, { signal }));
      return { ...found, facts: { ...facts, keyArn, plaintextBytes: size }, ...header };
    } finally {
      source.dispose();
    }
  } catch (error) {
    return { ...found, facts, error };
  }
}

async function attempt(read: () => Promise<BackupHeader>) {
  try {
    return { header: await read() };
  } catch (error) {
    return { error };
  }
}
