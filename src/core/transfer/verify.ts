import { formatS3Uri } from '../aws/s3Uri.js';
import { looksLikeBackup } from '../backupFile/looksLikeBackup.js';
import { contentCipher } from '../envelope/format.js';
import { EngineError } from '../errors.js';
import { type DecryptedSource, type DecryptRequest, openDecrypted } from './decryptedSource.js';
import type { ObjectEnvelope } from './objectEnvelope.js';
import { headBytes } from './sourceFile.js';

/** That an object in S3 decrypts to a backup, found by asking S3 and KMS again. */
export interface Proof {
  readonly object: ObjectEnvelope;
  readonly plaintextBytes: number;
  /** ARN of the KMS key that unwrapped the data key. */
  readonly keyArn: string;
  /** Whether the plaintext begins as a SQL Server backup does. */
  readonly isBackup: boolean;
  /** What was checked and found right, one sentence each. */
  readonly checks: readonly string[];
}

/** What the uploader knows about the object it wrote. */
export interface Expected {
  readonly etag: string;
  readonly ciphertextBytes: number;
  readonly plaintextBytes: number;
  /** undefined for an object put in one piece. */
  readonly partCount: number | undefined;
  /** The first bytes of the file. */
  readonly head: Buffer;
  /** The file need not be a backup. */
  readonly anyContent: boolean;
}

/**
 * The round-trip proof: reads the object's envelope from S3, has KMS unwrap the data key, decrypts the
 * first and the last blocks, and checks that they are the beginning of a SQL Server backup and the
 * end of a stream of the right length. It reads some kilobytes, whatever the object's size.
 * @throws EngineError `transfer/proof-failed` when the object is not what was `expected`,
 *   `transfer/not-a-backup`, and what {@link openDecrypted} throws
 */
export async function verifyObject(
  o: DecryptRequest & { readonly expected?: Expected | undefined },
): Promise<Proof> {
  const source = await openDecrypted(o);
  try {
    const { object } = source;
    if (o.expected) compare(source, o.expected);
    const head = await source.read(0, headBytes);
    const isBackup = looksLikeBackup(head);
    if (o.expected && !head.subarray(0, o.expected.head.length).equals(o.expected.head)) {
      throw proofFailed(object, 'its first bytes do not decrypt to those of the file');
    }
    if (!isBackup && o.expected?.anyContent !== true) {
      throw new EngineError(
        'transfer/not-a-backup',
        `${formatS3Uri(object)} decrypts, but to something that does not begin like a SQL Server backup. RDS could not restore it.`,
      );
    }
    return {
      object,
      plaintextBytes: source.size,
      keyArn: source.keyArn,
      isBackup,
      checks: checks(source, isBackup, o.expected),
    };
  } finally {
    source.dispose();
  }
}

function compare({ object, size }: DecryptedSource, expected: Expected): void {
  const facts: [what: string, found: unknown, wanted: unknown][] = [
    ['size', object.size, expected.ciphertextBytes],
    ['number of parts', object.partCount, expected.partCount],
    ['ETag', object.etag, expected.etag],
    ['plaintext length', size, expected.plaintextBytes],
  ];
  for (const [what, found, wanted] of facts) {
    if (found !== wanted) {
      throw proofFailed(object, `its ${what} is ${String(found)} instead of ${String(wanted)}`);
    }
  }
}

function proofFailed(object: ObjectEnvelope, how: string): EngineError {
  return new EngineError(
    'transfer/proof-failed',
    `${formatS3Uri(object)} is not what was uploaded: ${how}. Do not restore it; ` +
      'check whether someone else writes to the same key, and upload the backup again.',
  );
}

function checks(
  { object, size, keyArn }: DecryptedSource,
  isBackup: boolean,
  expected: Expected | undefined,
): string[] {
  const parts = object.partCount === undefined ? '' : ` in ${object.partCount} parts`;
  const authenticated = object.envelope?.cipher !== contentCipher.cbc;
  return [
    `S3 holds ${object.size} bytes${parts}${expected ? ', as sent' : ''}.`,
    `KMS unwrapped the data key with ${keyArn}.`,
    isBackup
      ? 'The first blocks decrypt to the beginning of a SQL Server backup.'
      : 'The first blocks decrypt to the beginning of the file.',
    authenticated
      ? `The plaintext is ${size} bytes long. Its authentication tag is checked by a full download only.`
      : `The last blocks end the stream with correct padding: the plaintext is ${size} bytes long.`,
  ];
}
