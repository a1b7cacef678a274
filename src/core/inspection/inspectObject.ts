import type { Bucket } from '../aws/openBucket.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import type { BackupHeader } from '../backupFile/backupHeader.js';
import { readBackupHeader } from '../backupFile/readBackupHeader.js';
import { isCancelled } from '../errors.js';
import { readObjectEnvelope } from '../transfer/objectEnvelope.js';
import { readRange } from '../transfer/rangedGet.js';
import type { Inspection } from './inspection.js';
import { openWithFacts } from './openWithFacts.js';

/**
 * The envelope, and the header of what it hides where KMS opens it. That the content cannot be read
 * hides nothing of the envelope: why it cannot is the inspection's `error`.
 * @throws EngineError `s3/…`, `envelope/…` when not even the envelope can be read; CancelledError
 */
export async function inspectObject(
  location: S3Location,
  bucket: Pick<Bucket, 's3' | 'keys'>,
  signal?: AbortSignal,
): Promise<Inspection> {
  const { s3 } = bucket;
  const object = await readObjectEnvelope({ ...location, s3, signal });
  const { facts, source, error } = await openWithFacts(object, bucket, signal);
  const found = { location: formatS3Uri(location), object, facts };
  if (object.envelope === undefined) {
    const read = (offset: number, length: number) =>
      readRange({ ...object, s3 }, offset, Math.min(length, object.size - offset), { signal });
    const plain = { size: object.size, read };
    return { ...found, ...(await attempt(() => readBackupHeader(plain, { signal }))) };
  }
  if (source === undefined) return { ...found, ...(error !== undefined && { error }) };
  try {
    return { ...found, ...(await attempt(() => readBackupHeader(source, { signal }))) };
  } finally {
    source.dispose();
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
