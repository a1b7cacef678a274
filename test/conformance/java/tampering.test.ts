import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { header } from '../../../src/core/envelope/format.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { CleanUp } from '../cleanUp.js';
import { bucket, EncryptionScene } from '../encryptionScene.js';
import { writeBytes } from '../objectSizes.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { other, refused, same, type Verdict } from '../tampering/tamperCase.js';
import { type JavaClients, startJavaClients } from './javaClients.js';
import { javaLeftOut, type NewClientOperation, type OldClientOperation } from './javaProgram.js';
import { type StoredObject, tamperings } from './tamperings.js';

/** A client and how it is set. */
type Client = { readonly old: Partial<OldClientOperation> } | { new: Partial<NewClientOperation> };

interface Format {
  readonly name: string;
  readonly authenticated: boolean;
  readonly writer: Client;
  readonly readers: readonly Client[];
}

const formats: readonly Format[] = [
  {
    name: 'V1, CBC',
    authenticated: false,
    writer: { old: { materials: 'kms-v1' } },
    readers: [{ old: { materials: 'kms-v1' } }],
  },
  {
    name: 'V2 kms, CBC',
    authenticated: false,
    writer: { old: {} },
    readers: [{ old: {} }, { new: { legacy: true } }],
  },
  {
    name: 'V2 kms, GCM',
    authenticated: true,
    writer: { old: { mode: 'AuthenticatedEncryption' } },
    readers: [{ old: { mode: 'StrictAuthenticatedEncryption' } }, { new: { legacy: true } }],
  },
  {
    name: 'V2 kms+context, GCM',
    authenticated: true,
    writer: { new: { suite: 'gcm' } },
    readers: [{ new: {} }],
  },
  { name: 'V3, 115', authenticated: true, writer: { new: {} }, readers: [{ new: {} }] },
  {
    name: 'V2 kms+context, GCM, instruction file',
    authenticated: true,
    writer: { new: { suite: 'gcm', instructionFile: true } },
    readers: [{ new: {} }],
  },
  {
    name: 'V3, 115, instruction file',
    authenticated: true,
    writer: { new: { instructionFile: true } },
    readers: [{ new: {} }],
  },
];

/** Where ours opens what theirs refuses, and why that is right. */
const openedByOurs: readonly { readonly name: RegExp; readonly format: RegExp; because: string }[] =
  [
    {
      ...{ format: /^V1/, name: /x-amz-matdesc, an entry more/ },
      because: 'the old client chooses among its master keys by it; KMS needs no such choice',
    },
    {
      ...{ format: /^V2.*GCM/, name: /x-amz-tag-len removed/ },
      because: 'some writers leave it out, and a tag has but one length',
    },
  ];

describe("tampered objects of AWS's Java clients", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let java: JavaClients;
  let content: Buffer;
  let objects = 0;

  before(async () => {
    scene = await EncryptionScene.open(startSandboxPlace, cleanUp);
    java = startJavaClients(scene.place, cleanUp);
    content = await readFile((await writeBytes(scene.inFolder('written'), 100)).file);
  });
  after(() => cleanUp.run());

  const attempt = (client: Client, o: { do: 'get' | 'put'; key: string; file: string }) => {
    const operation = { ...o, bucket, kmsKeyId: scene.kmsKeyId };
    return 'old' in client
      ? java.old.attempt({ ...client.old, ...operation })
      : java.new.attempt({ ...client.new, ...operation });
  };
  const verdict = async (error: string | null, file: string): Promise<Verdict> => {
    if (error === null) return (await readFile(file)).equals(content) ? same : other;
    // A request that did not get through is no verdict.
    assert.doesNotMatch(error, /Acquire operation|timed out|Timeout/i);
    return refused;
  };
  const theirs = async (client: Client, key: string) => {
    const file = scene.inFolder('theirs');
    return verdict(await attempt(client, { do: 'get', key, file }), file);
  };
  const ours = async (key: string) => {
    const file = scene.inFolder('ours');
    const error = await downloadDecrypted({ ...scene.from(key), file, overwrite: true }).then(
      () => null,
      String,
    );
    return verdict(error, file);
  };

  const get = async (Key: string) => {
    const { Body, Metadata } = await scene.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return { body: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata };
  };
  const written = async (writer: Client): Promise<StoredObject> => {
    const key = `original/${objects++}`;
    assert.equal(await attempt(writer, { do: 'put', key, file: scene.inFolder('written') }), null);
    const { body, metadata = {} } = await get(key);
    try {
      const file = await get(`${key}.instruction`);
      return { body, metadata, instruction: JSON.parse(file.body.toString()) as typeof metadata };
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error;
      return { body, metadata };
    }
  };
  const store = async ({ body, metadata, instruction }: StoredObject): Promise<string> => {
    const key = `tampered/${objects++}`;
    const put = (Key: string, Body: Buffer | string, Metadata: Record<string, string>) =>
      scene.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, Metadata }));
    await put(key, body, metadata);
    if (instruction) {
      const Metadata = { [header.instructionFileMarker]: '' };
      await put(`${key}.instruction`, JSON.stringify(instruction), Metadata);
    }
    return key;
  };

  for (const { name: format, authenticated, writer, readers } of formats) {
    it(format, async (t) => {
      const names = readers.map((reader) => ('old' in reader ? 'old client' : 'new client'));
      t.diagnostic(row(format, ['tampered with', ...names, 'ours']));
      const cases = tamperings(await written(writer));
      assert.ok(cases.length > 20);
      // The last one proves that the readers still read.
      for (const { name, object } of [...cases, ...cases.slice(0, 1)]) {
        const key = await store(object);
        const judged: Verdict[] = [];
        for (const reader of readers) judged.push(await theirs(reader, key));
        const own = await ours(key);
        const because = openedByOurs.find(
          (o) => o.format.test(format) && o.name.test(name),
        )?.because;
        const unnoticed = own === other ? 'not noticeable: CBC' : undefined;
        t.diagnostic(row(format, [name, ...judged, own, because ?? unnoticed ?? '']));
        if (name === 'nothing') {
          assert.deepEqual([...judged, own], [...judged.map(() => same), same]);
        } else if (because !== undefined) {
          assert.ok(judged.includes(refused) && own === same, `${name}: ${because}`);
        } else if (judged.includes(refused)) {
          assert.equal(own, refused, `${name}: theirs refuses it`);
        }
        if (authenticated) assert.notEqual(own, other, `${name}: accepted with other bytes`);
      }
    });
  }
});

function row(format: string, cells: readonly string[]): string {
  return [format, ...cells].join(' | ');
}
