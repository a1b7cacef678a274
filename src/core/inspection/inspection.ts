import type { BackupHeader } from '../backupFile/backupHeader.js';
import type { Readability } from '../envelope/readability.js';
import type { ObjectEnvelope } from '../transfer/objectEnvelope.js';

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

/** What else is known of an encrypted object. */
export interface EnvelopeFacts {
  /** undefined for an object that is not client-side encrypted. */
  readonly readability: Readability | undefined;
  /** As KMS told when it unwrapped the data key. */
  readonly keyArn: string | undefined;
  /** Exact where the end of the object could be decrypted. */
  readonly plaintextBytes: number | undefined;
}
