/** S3's additional checksums: algorithms, encodings, and the checksum of a multipart object. */
import { createHash } from 'node:crypto';
import { appendFactor, combineCrc, crc32, crc32c, crc64nvme, type CrcKind } from './crc.js';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64; a composite one ends in `-` and the number of parts. */
  readonly value: string;
}

const crcs: Readonly<Partial<Record<ChecksumAlgorithm, CrcKind>>> = {
  CRC32: crc32,
  CRC32C: crc32c,
  CRC64NVME: crc64nvme,
};

export const checksumHeader = (algorithm: ChecksumAlgorithm) =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Name of the element in XML answers, for example `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm) => `Checksum${algorithm}`;

export function parseChecksumAlgorithm(text: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((name) => name === text.toUpperCase());
}

/** A running checksum. */
export interface ChecksumHash {
  update(bytes: Buffer): void;
  /** Base64. */
  digest(): string;
}

export function createChecksum(algorithm: ChecksumAlgorithm): ChecksumHash {
  const kind = crcs[algorithm];
  if (kind === undefined) {
    const hash = createHash(algorithm.toLowerCase());
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
  }
  const crc = kind.create();
  return {
    update: (bytes) => {
      crc.update(bytes);
    },
    digest: () => toBytes(crc.value(), kind.bits / 8).toString('base64'),
  };
}

/** Length in bytes of a checksum of this kind. */
export function checksumLength(algorithm: ChecksumAlgorithm): number {
  const kind = crcs[algorithm];
  if (kind !== undefined) return kind.bits / 8;
  return algorithm === 'SHA1' ? 20 : 32;
}

/** The type S3 gives a multipart object whose creator named only the algorithm. */
export const defaultChecksumType = (algorithm: ChecksumAlgorithm): ChecksumType =>
  algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';

export function supportsType(algorithm: ChecksumAlgorithm, type: ChecksumType): boolean {
  if (type === 'FULL_OBJECT') return crcs[algorithm] !== undefined;
  return algorithm !== 'CRC64NVME';
}

/** Checksum of an object made of parts, from the parts' checksums (base64) and sizes. */
export function multipartChecksum(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): StoredChecksum {
  const digests = parts.map((part) => Buffer.from(part.checksum, 'base64'));
  if (type === 'COMPOSITE') {
    const hash = createChecksum(algorithm);
    hash.update(Buffer.concat(digests));
    return { algorithm, type, value: `${hash.digest()}-${String(parts.length)}` };
  }
  const kind = crcs[algorithm];
  if (kind === undefined) throw new TypeError(`${algorithm} has no full-object form`);
  // Parts are mostly of one size, so the costly half is done once for each size.
  const factors = new Map<number, bigint>();
  let value = 0n;
  for (const [index, part] of parts.entries()) {
    const crc = BigInt(`0x${digests[index]?.toString('hex') ?? '0'}`);
    const factor = factors.get(part.size) ?? appendFactor(kind, part.size);
    factors.set(part.size, factor);
    value = index === 0 ? crc : combineCrc(kind, value, crc, factor);
  }
  return { algorithm, type, value: toBytes(value, kind.bits / 8).toString('base64') };
}

function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}
