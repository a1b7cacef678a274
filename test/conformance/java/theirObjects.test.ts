import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { contentCipher } from '../../../src/core/envelope/format.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { partBytes, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { type JavaPlace, openJavaPlace, randomFile } from './javaPlace.js';
import { javaLeftOut, type NewClientOperation, type OldClientOperation } from './javaProgram.js';

type Settings<Operation> = Omit<Operation, 'bucket' | 'key' | 'file' | 'kmsKeyId'>;

interface Expected {
  readonly format: 'v1' | 'v2' | 'v3';
  readonly cipher: (typeof contentCipher)[keyof typeof contentCipher];
  readonly wrap: 'kms' | 'kms+context';
  readonly source?: 'instruction-file';
}

const small = [0, 1, 15, 16, 17];
const large = [3 * partBytes - 1, 3 * partBytes, 3 * partBytes + 1];
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

const context = { department: 'payroll', 'stage 2': 'a+b' };
const newClient: [Settings<NewClientOperation>, number[], Expected][] = (
  [
    ['115', v3],
    ['gcm', v2Context],
  ] as const
).flatMap(([suite, expected]): [Settings<NewClientOperation>, number[], Expected][] => [
  [{ do: 'put', suite }, [...small, ...large], expected],
  [{ do: 'putAsync', suite }, [0, 17, 3 * partBytes + 1], expected],
  [{ do: 'putMultipart', suite }, [17, ...large], expected],
  [{ do: 'putParts', suite, partBytes }, large, expected],
  [{ do: 'put', suite, context }, [17], expected],
  [{ do: 'put', suite, context: { Abteilung: 'Löhne' } }, [17], expected],
  [{ do: 'put', suite, instructionFile: true }, [0, 17], { ...expected, ...inFile }],
  [
    { do: 'putParts', suite, instructionFile: true, partBytes },
    [partBytes + 1],
    { ...expected, ...inFile },
  ],
]);

describe("objects of AWS's Java clients, read by our download", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let java: JavaPlace;
  let objects = 0;

  const where = () => ({ bucket: java.bucket, key: `theirs/${objects++}` });
  const download = async (key: string) => {
    const file = path.join(java.folder, 'downloaded');
    const { s3, keys, bucket } = java;
    return downloadDecrypted({ bucket, key, s3, keys, file, overwrite: true });
  };
  const readsAlike = async (key: string, sha256: string, expected: Expected) => {
    const result = await download(key);
    assert.equal(result.sha256, sha256);
    assert.equal(await sha256Of(result.file), sha256);
    const { envelope } = result.object;
    assert.deepEqual(
      [envelope?.format, envelope?.cipher, envelope?.wrap.kind, envelope?.source],
      [expected.format, expected.cipher, expected.wrap, expected.source ?? 'metadata'],
    );
    assert.equal(result.authenticated, expected.cipher !== contentCipher.cbc);
  };

  before(async () => {
    const place = await startSandboxPlace();
    cleanUp.add(place.stop);
    java = await openJavaPlace(place, cleanUp);
  });
  after(() => cleanUp.run());

  for (const [settings, sizes, expected] of oldClient) {
    it(`old client, ${titleOf(settings)}: ${sizes.join(', ')} bytes`, async () => {
      for (const size of sizes) {
        const { file, sha256 } = await randomFile(java.folder, size);
        const { bucket, key } = where();
        await java.old.must({ ...settings, bucket, key, file, kmsKeyId: java.kmsKeyId });
        await readsAlike(key, sha256, expected);
      }
    });
  }

  for (const [settings, sizes, expected] of newClient) {
    it(`new client, ${titleOf(settings)}: ${sizes.join(', ')} bytes`, async () => {
      for (const size of sizes) {
        const { file, sha256 } = await randomFile(java.folder, size);
        const { bucket, key } = where();
        await java.new.must({ ...settings, bucket, key, file, kmsKeyId: java.kmsKeyId });
        await readsAlike(key, sha256, expected);
      }
    });
  }

  it('instruction files themselves are recognised and named', async () => {
    const { file } = await randomFile(java.folder, 17);
    const oldOne = where();
    await java.old.must({
      ...{ do: 'put', storage: 'InstructionFile', ...oldOne, file, kmsKeyId: java.kmsKeyId },
    });
    const newOne = where();
    await java.new.must({
      ...{ do: 'put', instructionFile: true, ...newOne, file, kmsKeyId: java.kmsKeyId },
    });
    for (const { bucket, key } of [oldOne, newOne]) {
      const instruction = `${key}.instruction`;
      await java.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: instruction }));
      await assert.rejects(download(instruction), { code: 'envelope/is-instruction-file' });
    }
  });

  it('objects of raw keys are recognised and their wrap is named', async () => {
    const { file } = await randomFile(java.folder, 17);
    const cases: [() => Promise<string>, RegExp][] = [
      [() => putOld({ do: 'put', mode: 'EncryptionOnly', materials: 'aes' }), /AES\/ECB/],
      [() => putOld({ do: 'put', mode: 'EncryptionOnly', materials: 'rsa' }), /RSA PKCS#1 v1\.5/],
      [() => putOld({ do: 'put', mode: 'AuthenticatedEncryption', materials: 'aes' }), /AESWrap/],
      [
        () => putOld({ do: 'put', mode: 'AuthenticatedEncryption', materials: 'rsa' }),
        /RSA\/ECB\/OAEPWithSHA-256AndMGF1Padding/,
      ],
      [() => putNew({ do: 'put', suite: 'gcm', materials: 'aes' }), /AES\/GCM/],
      [() => putNew({ do: 'put', suite: 'gcm', materials: 'rsa' }), /RSA-OAEP-SHA1/],
      [() => putNew({ do: 'put', suite: '115', materials: 'aes' }), /AES\/GCM/],
      [() => putNew({ do: 'put', suite: '115', materials: 'rsa' }), /RSA-OAEP-SHA1/],
    ];
    const putOld = async (settings: Settings<OldClientOperation>) => {
      const at = where();
      await java.old.must({ ...settings, ...at, file });
      return at.key;
    };
    const putNew = async (settings: Settings<NewClientOperation>) => {
      const at = where();
      await java.new.must({ ...settings, ...at, file });
      return at.key;
    };
    for (const [put, name] of cases) {
      await assert.rejects(download(await put()), { code: 'envelope/raw-key', message: name });
    }
  });
});

function titleOf(settings: object): string {
  return Object.entries(settings)
    .filter(([name]) => name !== 'partBytes')
    .map(([name, value]) => (name === 'do' ? String(value) : `${name} ${JSON.stringify(value)}`))
    .join(', ');
}
