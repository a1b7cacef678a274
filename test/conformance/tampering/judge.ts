import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../../src/core/errors.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import type { EncryptionScene } from '../encryptionScene.js';
import { type Kind, putObject, readOperation, type Stored } from './objects.js';
import { other, refused, same, type Verdict } from './tamperCase.js';

export interface Tampered extends Stored {
  readonly kind: Kind;
  readonly name: string;
  /** Of the plaintext before it was tampered with. */
  readonly sha256: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The code, or the text, of the error. */
  readonly error: string | undefined;
}

export interface Judgements {
  readonly theirs: Judgement;
  readonly ours: Judgement;
}

const requestsAtATime = 4;

/** Stores the objects and has both readers read them. */
export async function judge(
  scene: EncryptionScene,
  objects: readonly Tampered[],
): Promise<Judgements[]> {
  const keyOf = (index: number) => `tampered/${objects[index]?.kind ?? ''}/${index}`;
  await inParallel(objects, (object, index) => putObject(scene, keyOf(index), object));
  const reading = scene.client(
    objects.map((object, index) => readOperation(object.kind, keyOf(index), object)),
  );
  const ours: Judgement[] = [];
  const [theirs] = await Promise.all([
    reading,
    inParallel(objects, async (object, index) => {
      ours[index] = await readByEngine(scene, keyOf(index), object.sha256);
    }),
  ]);
  return objects.map(({ sha256 }, index) => {
    const result = theirs[index];
    const mine = ours[index];
    assert.ok(result && mine);
    const verdict = result.error !== null ? refused : result.sha256 === sha256 ? same : other;
    return { theirs: { verdict, error: result.error?.split('\n')[0] }, ours: mine };
  });
}

/** Downloads as a user does; a refused object must leave nothing. */
async function readByEngine(
  scene: EncryptionScene,
  key: string,
  sha256: string,
): Promise<Judgement> {
  const folder = await mkdtemp(scene.inFolder('read-'));
  try {
    const file = path.join(folder, 'read.bak');
    const result = await downloadDecrypted({ ...scene.from(key), file });
    return { verdict: result.sha256 === sha256 ? same : other, error: undefined };
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    assert.deepEqual(await readdir(folder), [], key);
    return { verdict: refused, error: error.code };
  }
}

async function inParallel<T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) await act(item, index);
  };
  await Promise.all(Array.from({ length: requestsAtATime }, worker));
}
