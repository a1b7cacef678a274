import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bucketTests } from './emulated/buckets.js';
import { EmulatorScene, type EmulatorName } from './emulated/emulatorScene.js';
import { engineOperations } from './emulated/engineCommands.js';
import { identityTests } from './emulated/identity.js';
import { instanceTests, seesOptionGroups, seesReadyInstance } from './emulated/instances.js';
import { keyTests } from './emulated/keys.js';
import { SentCommands } from './emulated/sentCommands.js';
import { transferTests } from './emulated/transfers.js';

interface Ability {
  readonly what: string;
  readonly see: (scene: EmulatorScene) => Promise<void>;
  /** How it fails where it is lacking. A version that has it makes the test say so. */
  readonly lacking: Readonly<Partial<Record<EmulatorName, RegExp>>>;
}

/** What not every emulator has. */
const abilities: readonly Ability[] = [
  {
    what: 'ModifyOptionGroup, so that an instance becomes ready for backup and restore',
    see: seesReadyInstance,
    lacking: { ministack: /ModifyOptionGroup/ },
  },
  {
    what: 'DescribeOptionGroups without a name, which lists the option groups',
    see: seesOptionGroups,
    // It answers with a web page.
    lacking: { moto: /not in AWS’s form came back \(HTTP 500\)/ },
  },
];

for (const name of ['moto', 'ministack'] as const) {
  describe(`the engine against ${name}`, () => {
    const scene = new EmulatorScene(name);
    let sent: SentCommands;
    before(async () => {
      sent = new SentCommands();
      await scene.start();
    });
    after(async () => {
      sent.stop();
      await scene.stop();
    });

    transferTests(scene);
    bucketTests(scene);
    keyTests(scene);
    instanceTests(scene);
    identityTests(scene);

    for (const { what, see, lacking } of abilities) {
      const failure = lacking[name];
      if (failure === undefined) it(`has ${what}`, () => see(scene));
      else it(`lacks ${what}`, () => assert.rejects(see(scene), failure));
    }

    it('has answered every AWS operation that the product calls', async (t) => {
      const operations = await engineOperations();
      assert.ok(operations.length > 15);
      t.diagnostic(
        `${name} answered: ${operations.filter((o) => sent.answered.has(o)).join(', ')}`,
      );
      assert.deepEqual(
        operations.filter((operation) => !sent.answered.has(operation)),
        [],
      );
    });
  });
}
