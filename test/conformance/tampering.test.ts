import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CleanUp } from './cleanUp.js';
import { startMoto } from './emulators.js';
import { EncryptionScene } from './encryptionScene.js';
import { v2GcmHeaderCases, v3HeaderCases } from './tampering/authenticatedHeaderCases.js';
import { authenticatedBodyCases, cbcBodyCases } from './tampering/bodyCases.js';
import { v1HeaderCases, v2CbcHeaderCases } from './tampering/cbcHeaderCases.js';
import { flipBit } from './tampering/changes.js';
import { formatCases } from './tampering/formatCases.js';
import { judge, type Judgements } from './tampering/judge.js';
import {
  isCbc,
  type Kind,
  kindNames,
  type Originals,
  writeLarge,
  writeOriginals,
} from './tampering/objects.js';
import { randomFlips } from './tampering/randomFlips.js';
import {
  anyOfKms,
  other,
  refused,
  refusedByChance,
  same,
  type TamperCase,
} from './tampering/tamperCase.js';

const untouched: TamperCase = {
  name: 'nothing',
  change: ({ own }) => own,
  ...{ theirs: same, ours: same },
};
const headerCases: Readonly<Record<Kind, readonly TamperCase[]>> = {
  'V1 CBC': v1HeaderCases,
  'V2 CBC': v2CbcHeaderCases,
  'V2 GCM': v2GcmHeaderCases,
  V3: v3HeaderCases,
};
const casesOf = (kind: Kind): TamperCase[] => [
  untouched,
  ...(isCbc(kind) ? cbcBodyCases : authenticatedBodyCases),
  ...headerCases[kind],
  ...formatCases(kind),
];

/**
 * CBC objects are the engine's own, the others are written by Amazon's client. Others read with that
 * client and all it can read, or with boto3 and OpenSSL where an object is V1, which it cannot.
 */
describe('tampered objects, read by others and by us', () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let originals: Originals;
  before(async () => {
    scene = await EncryptionScene.open(startMoto, cleanUp);
    originals = await writeOriginals(scene);
  });
  after(() => cleanUp.run());

  for (const kind of kindNames) {
    it(kind, async (t) => {
      const cases = casesOf(kind);
      const { whole: own, other: another } = originals[kind];
      const objects = cases.map(({ name, change }) => ({
        ...change({ own, other: another, all: originals }),
        ...{ kind, name, sha256: own.sha256 },
      }));
      const found = await judge(scene, objects);
      t.diagnostic(row(kind, ['tampered with', 'theirs', 'ours']));
      for (const [index, { name, theirs, ours, because }] of cases.entries()) {
        const judgements = found[index] ?? assert.fail();
        t.diagnostic(row(kind, [name, ...cells(judgements, because)]));
        await t.test(name, () => {
          checkRules(kind, judgements, because);
          if (theirs === refusedByChance) assert.notEqual(judgements.theirs.verdict, same);
          else assert.equal(judgements.theirs.verdict, theirs);
          const answer = judgements.ours.error ?? judgements.ours.verdict;
          if (ours === anyOfKms) assert.match(answer, /^kms\//);
          else assert.equal(answer, ours);
        });
      }
    });

    it(`${kind} of several parts`, async () => {
      const own = await writeLarge(scene, kind);
      const places = [0, own.body.length * 4, own.body.length * 8 - 1];
      const flips = places.map((bit) => ({
        ...own,
        name: String(bit),
        body: flipBit(own.body, bit),
      }));
      const objects = [{ ...own, name: 'untouched' }, ...flips];
      const [whole, ...found] = await judge(
        scene,
        objects.map((object) => ({ ...object, kind })),
      );
      assert.deepEqual([whole?.theirs.verdict, whole?.ours.verdict], [same, same]);
      for (const [index, judgements] of found.entries()) {
        checkRules(kind, judgements);
        // The last block of CBC garbles the padding; before it nothing tells.
        const noticed = !isCbc(kind) || index === places.length - 1;
        assert.equal(judgements.ours.verdict, noticed ? refused : other);
      }
    });

    it(`${kind}, single bits anywhere`, async (t) => {
      const own = originals[kind].whole;
      const flips = randomFlips(own, 64, `flips of ${kind}`);
      const objects = flips.map((flipped) => ({ ...flipped, kind, sha256: own.sha256 }));
      const found = await judge(scene, objects);
      const counts = new Map<string, number>();
      for (const [index, judgements] of found.entries()) {
        const outcome = `theirs ${judgements.theirs.verdict}, ours ${judgements.ours.verdict}`;
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        try {
          checkRules(kind, judgements);
        } catch (error) {
          assert.fail(`${flips[index]?.name ?? ''}: ${String(error)}`);
        }
      }
      for (const [outcome, count] of counts) t.diagnostic(row(kind, [`${count} bits`, outcome]));
      // The sweep must reach what the format can show.
      const both = (verdict: string) => `theirs ${verdict}, ours ${verdict}`;
      assert.ok(counts.has(both(refused)));
      assert.equal(counts.has(both(other)), isCbc(kind));
    });
  }
});

/** What must hold for every object, whatever was done to it. */
function checkRules(kind: Kind, { theirs, ours }: Judgements, because?: string): void {
  if (theirs.verdict === refused && because === undefined) {
    assert.equal(ours.verdict, refused, `theirs refuses it: ${theirs.error ?? ''}`);
  }
  if (because !== undefined) assert.equal(ours.verdict, same);
  if (ours.verdict === other) {
    assert.ok(isCbc(kind), 'authenticated content was accepted with other bytes');
    assert.equal(theirs.verdict, other, 'theirs notices');
  }
}

function cells({ theirs, ours }: Judgements, because: string | undefined): string[] {
  const note =
    because ?? (theirs.verdict === other && ours.verdict === other ? 'not noticeable: CBC' : '');
  return [
    theirs.error === undefined ? theirs.verdict : `refused: ${brief(theirs.error)}`,
    ours.error === undefined ? ours.verdict : `refused: ${ours.error}`,
    ...(note === '' ? [] : [note]),
  ];
}

/** Without the wrapping that says no more than that it failed. */
const brief = (error: string) =>
  error
    .replace(/^\w+Error: (Failed to retrieve and\/or decrypt object: )?/, '')
    .slice(0, 90)
    .trim();

const row = (kind: Kind, texts: readonly string[]) => [kind, ...texts].join(' | ');
