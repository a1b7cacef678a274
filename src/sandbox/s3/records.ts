import type { Tag } from '../iam/records.js';
import type { ChecksumAlgorithm, ChecksumType, StoredChecksum } from './checksum.js';

/** How S3 encrypts an object at rest. The sandbox records it and checks the right to the key. */
export interface ServerSideEncryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** ARN, for the KMS kinds. */
  readonly keyArn?: string | undefined;
  readonly bucketKey?: boolean | undefined;
}

/** Headers an object is stored with and comes back with, by lower-case name. */
export type SystemHeaders = Readonly<Record<string, string>>;

/** What a client says of an object before its bytes come. */
export interface ObjectHead {
  readonly headers: SystemHeaders;
  /** User metadata without the prefix, values as Latin-1 strings of the bytes sent. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly encryption: ServerSideEncryption;
  readonly storageClass: string;
  readonly tags: readonly Tag[];
}

/** One file of content. An object uploaded in parts keeps them as they came. */
export interface ContentPart {
  readonly file: string;
  readonly size: number;
  /** Hex MD5. */
  readonly md5: string;
  readonly partNumber: number;
  /** Base64. */
  readonly checksum?: string | undefined;
}

/** An object at rest. Never changed: an overwrite puts another in its place. */
export interface ObjectRecord extends ObjectHead {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: string;
  readonly parts: readonly ContentPart[];
  /** True when it was uploaded in parts, even in one. */
  readonly multipart: boolean;
  readonly checksum?: StoredChecksum | undefined;
  /** The upload it was completed from, so that a crash in between is noticed. */
  readonly uploadId?: string | undefined;
}

export interface UploadRecord extends ObjectHead {
  readonly id: string;
  readonly key: string;
  readonly initiated: string;
  readonly initiator: string;
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  readonly checksumType?: ChecksumType | undefined;
}

export interface PartRecord extends ContentPart {
  readonly lastModified: string;
}

export interface BucketRecord {
  readonly name: string;
  /** Name of its folder. */
  readonly id: string;
  readonly region: string;
  readonly createdAt: string;
  policy?: string | undefined;
  encryption?: ServerSideEncryption | undefined;
  tags: Tag[];
}
