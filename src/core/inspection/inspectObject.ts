import type { Bucket } from '../aws/openBucket.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import type { BackupHeader } from '../backupFile/backupHeader.js';
import { readBackupHeader } from '../backupFile/readBackupHeader.js';
import { readability } from '../envelope/readability.js';
import { isCancelled } from '../errors.js';
import { openObject } from '../transfer/decryptedSource.js';
import { readObjectEnvelope } from '../transfer/objectEnvelope.js';
import { readRange } from '../transfer/rangedGet.js';
import type { Inspection } from './inspection.js';

/**
 * The envelope, and the header of what it hides where KMS opens it. That the content cannot be read
 * hides nothing of the envelope: why it cannot is the inspection's `error`.
 * @throws EngineError `s3/…`, `envelope/…` when not even the envelope can be read; CancelledError
 */
export async function inspectObject(
  location: S3Location,
  { s3, keys }: Pick<Bucket, 's3' | 'keys'>,
  signal?: AbortSignal,
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
    const source = await openObject(object, { s3, keys, signal });
    try {
      const { keyArn, size } = source;
      const header = await attempt(() => readBackupHeader(source, { signal }));
      return { ...found, facts: { ...facts, keyArn, plaintextBytes: size }, ...header };
    } finally {
      source.dispose();
    }
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { ...found, facts, error };
  }
}

async function attempt(read: () => Promise<BackupHeader>) {
  try {
    return { header: await read() };
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { error };
  }
}
