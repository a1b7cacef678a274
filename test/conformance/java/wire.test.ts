import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BackupFile, partBytes, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { bucket, EncryptionScene } from '../encryptionScene.js';
import { writeBytes } from '../objectSizes.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { type JavaClients, startJavaClients } from './javaClients.js';
import { javaLeftOut } from './javaProgram.js';
import { startWireTap, type WireTap } from './wireTap.js';

/** What these clients send and no other client of the tests does. */
describe("the sandbox, spoken to by AWS's Java clients as they come", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let java: JavaClients;
  let tap: WireTap;
  let written: BackupFile;

  before(async () => {
    scene = await EncryptionScene.open(startSandboxPlace, cleanUp);
    const wire = await startWireTap(scene.place.endpointUrl);
    cleanUp.add(wire.stop);
    tap = wire;
    written = await writeBytes(scene.inFolder('written'), 2 * partBytes + 1);
    java = startJavaClients({ ...scene.place, endpointUrl: tap.endpointUrl }, cleanUp);
  });
  after(() => cleanUp.run());

  /** Heads of the uploads of objects and parts that `work` sends, in lower case. */
  const uploadsOf = async (work: () => Promise<void>) => {
    tap.requests.length = 0;
    tap.statuses.length = 0;
    await work();
    const uploads = tap.requests.filter((head) => head.startsWith('PUT '));
    const continues = tap.statuses.filter((status) => status.includes(' 100 ')).length;
    return { uploads: uploads.map((head) => head.toLowerCase()), continues };
  };
  const every = (heads: string[], line: string) => {
    for (const head of heads) assert.ok(head.includes(`\r\n${line}\r\n`), `${line} in\n${head}`);
  };

  for (const how of ['put', 'putParts'] as const) {
    it(`old client, ${how}: waits for 100 Continue, signs every chunk`, async () => {
      const object = { bucket, key: 'old', kmsKeyId: scene.kmsKeyId };
      const { uploads, continues } = await uploadsOf(() =>
        java.old.must({ do: how, ...object, file: written.file, partBytes }),
      );
      assert.equal(uploads.length, how === 'put' ? 1 : 3);
      every(uploads, 'expect: 100-continue');
      every(uploads, 'x-amz-content-sha256: streaming-aws4-hmac-sha256-payload');
      assert.equal(continues, uploads.length);
      const file = scene.inFolder('read');
      await java.old.must({ do: 'get', ...object, file });
      assert.equal(await sha256Of(file), written.sha256);
    });
  }

  for (const how of ['put', 'putAsync', 'putMultipart', 'putParts'] as const) {
    it(`new client, ${how}: waits for 100 Continue, sends checksums behind the content`, async () => {
      const object = { bucket, key: 'new', kmsKeyId: scene.kmsKeyId };
      const { uploads, continues } = await uploadsOf(() =>
        java.new.must({ do: how, ...object, file: written.file, partBytes }),
      );
      assert.equal(uploads.length, /Parts|Multipart/.test(how) ? 3 : 1);
      every(uploads, 'expect: 100-continue');
      every(uploads, 'content-encoding: aws-chunked');
      every(uploads, 'x-amz-content-sha256: streaming-unsigned-payload-trailer');
      every(uploads, 'x-amz-trailer: x-amz-checksum-crc32');
      assert.equal(continues, uploads.length);
      for (const read of ['get', 'getAsync'] as const) {
        const file = scene.inFolder('read');
        await java.new.must({ do: read, ...object, file });
        assert.equal(await sha256Of(file), written.sha256);
      }
    });
  }

  it('new client, instruction file: signs every chunk and the checksum behind them', async () => {
    const object = { bucket, key: 'file', kmsKeyId: scene.kmsKeyId, file: written.file };
    const { uploads } = await uploadsOf(() =>
      java.new.must({ do: 'put', instructionFile: true, ...object }),
    );
    const files = uploads.filter((head) => head.includes('file.instruction '));
    assert.equal(files.length, 1);
    every(files, 'expect: 100-continue');
    every(files, 'x-amz-content-sha256: streaming-aws4-hmac-sha256-payload-trailer');
    every(files, 'x-amz-trailer: x-amz-checksum-crc32');
  });
});
