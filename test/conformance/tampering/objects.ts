import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { unwrapDataKey } from '../../../src/core/envelope/unwrap.js';
import { seededRandom } from '../../unit/backupFile/seededRandom.js';
import { partBytes } from '../backups.js';
import { bucket, type ClientOperation, type EncryptionScene } from '../encryptionScene.js';
import { writeBytes } from '../objectSizes.js';

/** What lies in S3. */
export interface Stored {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Original extends Stored {
  /** Of the plaintext. */
  readonly sha256: string;
  /** As KMS unwraps it: to find what an attacker who may try often enough finds. */
  readonly dataKey: Buffer;
}

/** The objects that are tampered with: CBC ones, which the engine writes, and two of Amazon's client. */
export const kindNames = ['V1 CBC', 'V2 CBC', 'V2 GCM', 'V3'] as const;
export type Kind = (typeof kindNames)[number];
export const isCbc = (kind: Kind): boolean => kind.endsWith('CBC');

/** One object of each kind, and a second whose pieces can be put into the first. */
export type Originals = Readonly<
  Record<Kind, { readonly whole: Original; readonly other: Original }>
>;

const context = { department: 'payroll' };
export const plaintextBytes = 1000;
/** A body cut here ends in a block whose plaintext ends in a byte of 1, as one byte of padding does. */
export const cutLikePadding = 960;

function plaintext(which: string): Buffer {
  const bytes = seededRandom(`tampering, ${which}`).bytes(plaintextBytes);
  bytes[cutLikePadding - 1] = 1;
  // Where the last whole block ends: no padding.
  bytes[plaintextBytes - (plaintextBytes % 16) - 1] = 0xaa;
  return bytes;
}

/**
 * How others are asked for an object: Amazon's client with all that it can read, and boto3 with OpenSSL
 * for what is V1 and nothing else, because the client reads no V1 with a key wrapped by KMS.
 */
export function readOperation(kind: Kind, key: string, { metadata }: Stored): ClientOperation {
  const keys = ['x-amz-key', 'x-amz-key-v2', 'x-amz-3'].filter((name) => name in metadata);
  const reader = keys.join() === 'x-amz-key' ? 'openssl' : 'legacy client';
  return { do: 'read', key, with: reader, ...(!isCbc(kind) && { context }) };
}

export async function putObject(scene: EncryptionScene, key: string, o: Stored): Promise<void> {
  const input = { Bucket: bucket, Key: key, Body: o.body, Metadata: { ...o.metadata } };
  await scene.s3.send(new PutObjectCommand(input));
}

async function getObject(scene: EncryptionScene, key: string, sha256: string): Promise<Original> {
  const { Body, Metadata } = await scene.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key }),
  );
  assert.ok(Body && Metadata);
  const reading = parseEnvelope(Metadata);
  assert.ok(reading.kind === 'envelope');
  const { dataKey } = await unwrapDataKey(reading.envelope, scene.keys);
  return {
    body: Buffer.from(await Body.transformToByteArray()),
    metadata: Metadata,
    sha256,
    dataKey,
  };
}

/** Writes a file as an object of a kind. */
async function write(
  scene: EncryptionScene,
  kind: Kind,
  key: string,
  file: string,
  multipart: boolean,
): Promise<void> {
  if (isCbc(kind)) {
    const format = kind === 'V1 CBC' ? 'v1' : 'v2';
    await scene.upload({ file, key, format, force: true });
    return;
  }
  const suite = kind === 'V3' ? 'v3' : 'v2';
  const [result] = await scene.client([{ do: 'write', key, file, suite, multipart, context }]);
  assert.equal(result?.error, null);
}

/** Has both writers write, and fetches what they wrote. */
export async function writeOriginals(scene: EncryptionScene): Promise<Originals> {
  const originals: Partial<Record<Kind, { whole: Original; other: Original }>> = {};
  const written = async (kind: Kind, which: string) => {
    const bytes = plaintext(which);
    const [file, key] = [scene.inFolder(which), `original/${kind}/${which}`];
    await writeFile(file, bytes);
    await write(scene, kind, key, file, false);
    return getObject(scene, key, createHash('sha256').update(bytes).digest('hex'));
  };
  for (const kind of kindNames) {
    originals[kind] = { whole: await written(kind, 'whole'), other: await written(kind, 'other') };
  }
  return originals as Originals;
}

/** One of several parts. */
export async function writeLarge(scene: EncryptionScene, kind: Kind): Promise<Original> {
  const { file, sha256 } = await writeBytes(scene.inFolder('large'), partBytes + 54_321);
  const key = `original/${kind}/large`;
  await write(scene, kind, key, file, true);
  return getObject(scene, key, sha256);
}
