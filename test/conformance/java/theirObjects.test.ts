import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contentCipher } from '../../../src/core/envelope/format.js';
import type { EngineError } from '../../../src/core/errors.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { partBytes, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { bucket, EncryptionScene } from '../encryptionScene.js';
import { writeBytes } from '../objectSizes.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { type JavaClients, startJavaClients } from './javaClients.js';
import { javaLeftOut, type NewClientOperation, type OldClientOperation } from './javaProgram.js';

type Settings<Operation> = Omit<Operation, 'bucket' | 'key' | 'file' | 'kmsKeyId'>;

interface Expected {
  readonly format: 'v1' | 'v2' | 'v3';
  readonly cipher: (typeof contentCipher)[keyof typeof contentCipher];
  readonly wrap: 'kms' | 'kms+context';
  readonly source?: 'instruction-file';
}

const small = [0, 1, 15, 16, 17];
const large = [2 * partBytes - 1, 2 * partBytes, 2 * partBytes + 1];
const v1Cbc = { format: 'v1', cipher: contentCipher.cbc, wrap: 'kms' } as const;
const v2Cbc = { format: 'v2', cipher: contentCipher.cbc, wrap: 'kms' } as const;
const v2Gcm = { format: 'v2', cipher: contentCipher.gcm, wrap: 'kms' } as const;
const v2Context = { format: 'v2', cipher: contentCipher.gcm, wrap: 'kms+context' } as const;
const v3 = { format: 'v3', cipher: contentCipher.suite115, wrap: 'kms+context' } as const;
const inFile = { source: 'instruction-file' } as const;

const oldClient: [Settings<OldClientOperation>, number[], Expected][] = [
  [{ do: 'put', mode: 'EncryptionOnly' }, [...small, ...large], v2Cbc],
  [{ do: 'putParts', mode: 'EncryptionOnly', partBytes }, large, v2Cbc],
  [{ do: 'put', mode: 'EncryptionOnly', materials: 'kms-v1' }, [...small, ...large], v1Cbc],
  [{ do: 'putParts', mode: 'EncryptionOnly', materials: 'kms-v1', partBytes }, large, v1Cbc],
  [{ do: 'put', mode: 'AuthenticatedEncryption' }, [...small, ...large], v2Gcm],
  [{ do: 'putParts', mode: 'AuthenticatedEncryption', partBytes }, large, v2Gcm],
  [{ do: 'put', mode: 'StrictAuthenticatedEncryption' }, [17], v2Gcm],
  [
    { do: 'put', mode: 'EncryptionOnly', storage: 'InstructionFile' },
    [0, 17],
    { ...v2Cbc, ...inFile },
  ],
  [
    { do: 'putParts', mode: 'EncryptionOnly', storage: 'InstructionFile', partBytes },
    [partBytes + 1],
    { ...v2Cbc, ...inFile },
  ],
  [
    {
      ...{ do: 'put', mode: 'EncryptionOnly', storage: 'InstructionFile' },
      materials: 'kms-v1',
    },
    [17],
    { ...v1Cbc, ...inFile },
  ],
  [
    { do: 'put', mode: 'AuthenticatedEncryption', storage: 'InstructionFile' },
    [17],
    { ...v2Gcm, ...inFile },
  ],
];

/** Its synchronous upload of an empty file now and then waits for ever to be given the content. */
const notEmpty = small.filter((size) => size > 0);
const context = { department: 'payroll', 'stage 2': 'a+b' };
const newClient: [Settings<NewClientOperation>, number[], Expected][] = (
  [
    ['115', v3],
    ['gcm', v2Context],
  ] as const
).flatMap(([suite, expected]): [Settings<NewClientOperation>, number[], Expected][] => [
  [{ do: 'put', suite }, [...notEmpty, ...large], expected],
  [{ do: 'putAsync', suite }, [0, 17, 2 * partBytes + 1], expected],
  [{ do: 'putMultipart', suite }, [0, 17, ...large], expected],
  [{ do: 'putParts', suite, partBytes }, large, expected],
  [{ do: 'put', suite, context }, [17], expected],
  [{ do: 'put', suite, instructionFile: true }, [17], { ...expected, ...inFile }],
  [
    { do: 'put', suite, instructionFile: true, context: { Abteilung: 'Löhne' } },
    [17],
    { ...expected, ...inFile },
  ],
  [
    { do: 'putParts', suite, instructionFile: true, partBytes },
    [partBytes + 1],
    { ...expected, ...inFile },
  ],
]);

const only = 'EncryptionOnly';
const authenticated = 'AuthenticatedEncryption';
const rawKeys: (
  ['old', Settings<OldClientOperation>, string] | ['new', Settings<NewClientOperation>, string]
)[] = [
  ['old', { do: 'put', mode: only, materials: 'aes' }, 'AES/ECB'],
  ['old', { do: 'put', mode: only, materials: 'rsa' }, 'RSA PKCS#1 v1.5'],
  ['old', { do: 'put', mode: authenticated, materials: 'aes' }, 'AESWrap'],
  [
    'old',
    { do: 'put', mode: authenticated, materials: 'rsa' },
    'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
  ],
  ['new', { do: 'put', suite: 'gcm', materials: 'aes' }, 'AES/GCM'],
  ['new', { do: 'put', suite: 'gcm', materials: 'rsa' }, 'RSA-OAEP-SHA1'],
  ['new', { do: 'put', suite: '115', materials: 'aes' }, 'AES/GCM'],
  ['new', { do: 'put', suite: '115', materials: 'rsa' }, 'RSA-OAEP-SHA1'],
];

describe("objects of AWS's Java clients, read by our download", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let java: JavaClients;
  let objects = 0;

  before(async () => {
    scene = await EncryptionScene.open(startSandboxPlace, cleanUp);
    java = startJavaClients(scene.place, cleanUp);
  });
  after(() => cleanUp.run());

  const put = async (
    client: 'old' | 'new',
    settings: Settings<OldClientOperation> | Settings<NewClientOperation>,
    size: number,
  ) => {
    const key = `theirs/${objects++}`;
    const written = await writeBytes(scene.inFolder('written'), size);
    const operation = { ...settings, bucket, key, file: written.file, kmsKeyId: scene.kmsKeyId };
    if (client === 'old') await java.old.must(operation as OldClientOperation);
    else await java.new.must(operation as NewClientOperation);
    return { key, sha256: written.sha256 };
  };
  const download = (key: string) =>
    downloadDecrypted({ ...scene.from(key), file: scene.inFolder('read'), overwrite: true });

  for (const [client, writes] of [
    ['old', oldClient],
    ['new', newClient],
  ] as const) {
    for (const [settings, sizes, expected] of writes) {
      it(`${client} client, ${titleOf(settings)}: ${sizes.join(', ')} bytes`, async () => {
        for (const size of sizes) {
          const { key, sha256 } = await put(client, settings, size);
          const { file, sha256: read, object, authenticated } = await download(key);
          assert.equal(read, sha256);
          assert.equal(await sha256Of(file), sha256);
          const { envelope, partCount } = object;
          assert.deepEqual(
            [envelope?.format, envelope?.cipher, envelope?.wrap.kind, envelope?.source],
            [expected.format, expected.cipher, expected.wrap, expected.source ?? 'metadata'],
          );
          assert.equal(authenticated, expected.cipher !== contentCipher.cbc);
          assert.equal(partCount !== undefined, /Parts|Multipart/.test(settings.do), 'in parts');
        }
      });
    }
  }

  it('instruction files themselves are recognised and named', async () => {
    for (const { key } of [
      await put('old', { do: 'put', storage: 'InstructionFile' }, 17),
      await put('new', { do: 'put', instructionFile: true }, 17),
    ]) {
      const refusal = { code: 'envelope/is-instruction-file' };
      await assert.rejects(download(`${key}.instruction`), refusal);
    }
  });

  it('a context that metadata cannot hold is refused by the sandbox as by S3', async () => {
    const settings = { do: 'put', context: { Abteilung: 'Löhne' } } as const;
    await assert.rejects(
      put('new', settings, 17),
      /request signature we calculated does not match/,
    );
  });

  for (const [client, settings, name] of rawKeys) {
    it(`${client} client, ${titleOf(settings)}: the wrap is named`, async () => {
      const { key } = await put(client, settings, 17);
      await assert.rejects(download(key), (error: EngineError) => {
        assert.equal(error.code, 'envelope/raw-key');
        assert.ok(error.message.includes(`wrapped with ${name} by a raw key`), error.message);
        return true;
      });
    });
  }
});

function titleOf(settings: object): string {
  return Object.entries(settings)
    .filter(([name]) => name !== 'partBytes')
    .map(([name, value]) => (name === 'do' ? String(value) : `${name} ${JSON.stringify(value)}`))
    .join(', ');
}
