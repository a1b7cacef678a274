/** What the main thread asks of a cipher thread, and what it answers. Plain data only. */

/** Seconds spent in one place, added up over a transfer. */
export interface Timings {
  readonly readS: number;
  readonly cipherS: number;
  readonly checksumS: number;
  readonly writeS: number;
}

/** Sent once, before anything else; the buffers are transferred, so the sender keeps no copy. */
export interface OpenCommand {
  readonly kind: 'open';
  readonly key: Uint8Array;
}

/** Zero the key and leave. */
export interface StopCommand {
  readonly kind: 'stop';
}

/**
 * Encrypts `length` bytes of the file at `offset` as a piece of one AES-CBC stream: `iv` is the last
 * cipher block before it, and only the `last` piece is padded.
 */
export interface EncryptTask {
  readonly kind: 'encrypt';
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  readonly iv: Uint8Array;
  readonly last: boolean;
  /** CRC32 of the ciphertext before, to be continued. */
  readonly crc: number;
  /** Where the ciphertext goes: into this buffer, into a new one, or nowhere (checksum only). */
  readonly output: SharedArrayBuffer | 'new' | 'none';
}

export interface Encrypted {
  readonly ciphertextBytes: number;
  readonly crc: number;
  /** The last cipher block: the `iv` of the next piece. */
  readonly nextIv: Uint8Array;
  /** The ciphertext, when a new buffer was asked for. */
  readonly chunk: Uint8Array<ArrayBuffer> | undefined;
}

/** Ciphertext in `buffer` whose plaintext goes to `position` of the file. */
interface DecryptTask {
  readonly fd: number;
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
  readonly position: number;
  /** The piece ends the stream: with padding, or with the authentication tag. */
  readonly last: boolean;
}

/** A piece of an AES-CBC stream that stands for itself: `iv` is the cipher block before it. */
export interface DecryptCbcTask extends DecryptTask {
  readonly kind: 'decryptCbc';
  readonly iv: Uint8Array;
}

/**
 * The next piece of the one AES-GCM stream this thread decrypts; `start` begins it. The plaintext of
 * a piece may lag behind by the length of the tag.
 */
export interface DecryptGcmTask extends DecryptTask {
  readonly kind: 'decryptGcm';
  readonly start: { readonly iv: Uint8Array; readonly aad: Uint8Array | undefined } | undefined;
}

export interface Decrypted {
  readonly plaintextBytes: number;
}

/** Feeds the next bytes of the file to the thread's running SHA-256; `digest` ends it. */
export interface HashTask {
  readonly kind: 'hash';
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  readonly digest: boolean;
}

export interface Hashed {
  readonly sha256: string | undefined;
}

export type Task = EncryptTask | DecryptCbcTask | DecryptGcmTask | HashTask;

/** The answer to each kind of task. */
export interface Answers {
  encrypt: Encrypted;
  decryptCbc: Decrypted;
  decryptGcm: Decrypted;
  hash: Hashed;
}

export type Command = OpenCommand | StopCommand | { readonly id: number; readonly task: Task };

/** The code is an EngineError's or the file system's, or {@link fileEnded}. */
export interface TaskFailure {
  readonly code: string | undefined;
  readonly message: string;
}

export type Reply =
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly answer: Answers[keyof Answers];
      readonly spent: Timings;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: TaskFailure };

/** The file ended before the bytes that were asked for. */
export const fileEnded = 'EFILEENDED';
