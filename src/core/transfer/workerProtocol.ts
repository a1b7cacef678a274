/** What the main thread asks of a cipher thread, and what it answers. Plain data only. */

/** Seconds spent in one place, added up over a transfer. */
export interface Timings {
  readonly readS: number;
  readonly cipherS: number;
  readonly checksumS: number;
  /** Putting the result where it goes: into a buffer or into the file. */
  readonly storeS: number;
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

/** How a range of an object begins. */
export interface RangeStart {
  readonly mode: 'cbc' | 'gcm';
  /** Where its plaintext goes. */
  readonly position: number;
  /** For CBC the cipher block before it, or the object's IV. */
  readonly iv: Uint8Array;
  readonly aad: Uint8Array | undefined;
  /** It ends the object: with padding, or with the authentication tag. */
  readonly last: boolean;
}

/** Decrypts the next ciphertext of a range into the file. */
export interface DecryptTask {
  readonly kind: 'decrypt';
  readonly fd: number;
  readonly range: number;
  /** With the first chunks of the range. */
  readonly start: RangeStart | undefined;
  /** Moved to the thread where possible: the sender must not use them any more. */
  readonly chunks: readonly Uint8Array[];
  /** With the last chunks. */
  readonly end: boolean;
}

export interface Decrypted {
  /** Plaintext bytes that went to the file. */
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

export type Task = EncryptTask | DecryptTask | HashTask;

/** The answer to each kind of task. */
export interface Answers {
  encrypt: Encrypted;
  decrypt: Decrypted;
  hash: Hashed;
}

export type Command = OpenCommand | StopCommand | { readonly id: number; readonly task: Task };

/** The code is the file system's, an EngineError's, or {@link fileEnded}. */
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
