import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import { SyntheticBackup } from '../../support/syntheticBackup.js';
import { compressBackup } from '../../support/syntheticContainer.js';
import { setHeaderChecksum } from './damage.js';
import { seededRandom, type Random } from './seededRandom.js';
import { sharedSamples, shippedSamples } from './samples.js';
import { CountingSource } from './sources.js';

/** Cases per file; more for a long run. */
const cases = Number(process.env['FUZZ_CASES'] ?? 500);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

const MiB = 1024 * 1024;
/** What a damaged file of a few MiB may cost at most, in reads and in bytes. */
const mostReads = 400;
const mostBytes = 64 * MiB;
const longestAllocation = 64 * MiB;

interface Subject {
  readonly name: string;
  readonly bytes: Buffer;
  /** Where headers and records begin, so that damage is not spent on pages alone. */
  readonly headers: readonly number[];
}

const blocks = /TAPE|SFMB|SSET|VOLB|MSCI|MSDA|MSTL|MSLS|ESET/gu;
const streams = /RAID|SPAD|APAD|MQCI|MQDA|MQTL|TSMP|OTCP|CSUM/gu;
const records = /SCIN|SFGI|SFIN/gu;

/** Words under the checksum of a header at this place; 0 when it has none. */
function checkedWords(bytes: Buffer, at: number): number {
  const tag = bytes.toString('latin1', at, at + 4);
  if (tag.match(blocks)) return 25;
  return tag.match(streams) ? 10 : 0;
}

function subject(name: string, bytes: Buffer): Subject {
  const text = bytes.toString('latin1');
  const headers = [blocks, streams, records].flatMap((tags) =>
    [...text.matchAll(tags)].map(({ index }) => index),
  );
  if (text.startsWith('MSSQLBAK')) headers.push(0, 12, 0x1e0, 0x1e0 + 28);
  return { name, bytes, headers };
}

const many = new SyntheticBackup({
  physicalBlock: 4096,
  content: 'zeros',
  more: Array.from({ length: 5 }, (_, i) => ({ database: `База ${i}`, dataBytes: 8192 * i })),
});
const old = new SyntheticBackup({ version: '9.0.5000', stripe: { number: 1, count: 2 } });
const zeros = new SyntheticBackup({ content: 'zeros', dataBytes: 300_000 });

const subjects: readonly Subject[] = [
  ...(sharedSamples.length > 0 ? sharedSamples : shippedSamples).map(({ name, bytes }) =>
    subject(name, bytes()),
  ),
  subject('synthetic, six sets', many.bytes()),
  subject('synthetic, six sets, compressed', compressBackup(many)),
  subject('synthetic, 2005 layout', old.bytes()),
  subject('synthetic, compressed version 1', compressBackup(zeros, { version: 1 })),
];

/** A place that matters more often than not: at or near a header, or near either end. */
function place(random: Random, { bytes, headers }: Subject): number {
  const near = random.pick([0, 0, 0, 1, 2, 3]);
  const at =
    near === 0 && headers.length > 0
      ? random.pick(headers) + random.below(64)
      : near === 1
        ? random.below(16_384)
        : near === 2
          ? bytes.length - 1 - random.below(16_384)
          : random.below(bytes.length);
  return Math.max(0, Math.min(at, bytes.length - 1));
}

const extremes = [0, 1, 7, 8, 51, 52, 255, 256, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

type Damage = (random: Random, target: Subject) => Buffer;

const damages: Readonly<Record<string, Damage>> = {
  flip: (random, target) => {
    const bytes = Buffer.from(target.bytes);
    for (let n = 1 + random.below(8); n > 0; n--)
      if (bytes.length > 0) bytes[place(random, target)]! ^= 1 << random.below(8);
    return bytes;
  },
  cut: (random, target) => target.bytes.subarray(0, place(random, target)),
  cutBeginning: (random, target) =>
    Buffer.concat([target.bytes.subarray(0, 512), target.bytes.subarray(place(random, target))]),
  remove: (random, { bytes, ...rest }) => {
    const at = place(random, { bytes, ...rest });
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(5000))]);
  },
  repeat: (random, { bytes, ...rest }) => {
    const at = place(random, { bytes, ...rest });
    const piece = bytes.subarray(at, at + random.pick([4, 512, 1024, 4096, 20_000]));
    const copies = Array.from({ length: 1 + random.below(4) }, () => piece);
    return Buffer.concat([bytes.subarray(0, at), ...copies, bytes.subarray(at)]);
  },
  insert: (random, { bytes, ...rest }) => {
    const at = place(random, { bytes, ...rest });
    const extra = random.bytes(1 + random.below(600));
    return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
  },
  blank: (random, target) => {
    const bytes = Buffer.from(target.bytes);
    const at = place(random, target);
    const end = Math.min(at + 1 + random.below(3000), bytes.length);
    return bytes.fill(random.pick([0, 0xff]), Math.min(at, end), end);
  },
  /** Impossible numbers under a checksum that is right. */
  forge: (random, target) => {
    const bytes = Buffer.from(target.bytes);
    for (let n = 1 + random.below(3); n > 0 && target.headers.length > 0; n--) {
      const header = random.pick(target.headers);
      const at = header + 4 + random.below(random.pick([8, 20, 110]));
      if (at + 8 > bytes.length || header + 52 > bytes.length) continue;
      const value = random.pick(extremes);
      if (random.below(2) === 0) bytes.writeUInt16LE(value & 0xffff, at);
      else bytes.writeUInt32LE(value, at);
      if (random.below(4) === 0) bytes.writeUInt32LE(random.pick(extremes), at + 4);
      const words = checkedWords(bytes, header);
      if (words > 0) setHeaderChecksum(bytes, header, words);
    }
    return bytes;
  },
};

type Maker = (...args: unknown[]) => Buffer;
const makers = Buffer as unknown as Record<'alloc' | 'allocUnsafe' | 'concat', Maker>;

/** Watches the largest buffer made while `work` runs. */
async function largestAllocation(work: () => Promise<unknown>): Promise<number> {
  let largest = 0;
  const watch =
    (make: Maker): Maker =>
    (...args) => {
      const made = make(...args);
      largest = Math.max(largest, made.length);
      return made;
    };
  const { alloc, allocUnsafe, concat } = makers;
  Object.assign(makers, {
    alloc: watch(alloc),
    allocUnsafe: watch(allocUnsafe),
    concat: watch(concat),
  });
  try {
    await work();
  } finally {
    Object.assign(makers, { alloc, allocUnsafe, concat });
  }
  return largest;
}

for (const target of subjects) {
  test(`${target.name}: ${cases} damaged copies end in a header or an EngineError`, async () => {
    for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
      const random = seededRandom(`${target.name} ${seed}`);
      const kind = random.pick(Object.keys(damages));
      let bytes = damages[kind]?.(random, target) ?? assert.fail();
      if (random.below(4) === 0) {
        const again = random.pick(Object.keys(damages));
        bytes = damages[again]?.(random, { ...target, bytes }) ?? assert.fail();
      }
      const source = new CountingSource(bytes);
      const label = `${target.name}, seed ${seed}, ${kind}`;
      const largest = await largestAllocation(async () => {
        try {
          const header = await readBackupHeader(source);
          assert.ok(header.sets.length > 0 || header.media === null || header.warnings.length > 0);
        } catch (error) {
          assert.ok(error instanceof EngineError, `${label}: ${String(error)}`);
        }
      });
      assert.ok(source.reads <= mostReads, `${label}: ${source.reads} reads`);
      assert.ok(source.bytesRead <= mostBytes, `${label}: ${source.bytesRead} bytes read`);
      assert.ok(source.longestRead <= longestAllocation, `${label}: ${source.longestRead} at once`);
      assert.ok(largest <= longestAllocation, `${label}: allocated ${largest}`);
    }
  });
}
