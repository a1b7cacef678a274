// npm run -s bench: prints one JSON object on standard output, and what it is doing on standard error.
//   --size 1GiB   size of the generated backup
//   --runs 3      runs of each figure; the median is printed
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { planParts } from '../../src/core/transfer/partPlan.js';
import { type SandboxInfo, startSandbox } from '../support/sandbox.js';
import { SyntheticBackup } from '../support/syntheticBackup.js';
import { byteCount } from './byteCount.js';
import { clientProgram, type LeftOut, type Program } from './clientPrograms.js';
import {
  clientFigures,
  type Figure,
  type FigureInput,
  figureNames,
  ownFigures,
} from './figures.js';
import { type Measured, medianRun } from './measure.js';
import { report, type Unmeasured } from './report.js';

const ownProgram: Program = {
  command: process.execPath,
  args: [fileURLToPath(new URL('./figureProcess.js', import.meta.url))],
};
const programs = Object.fromEntries([
  ...ownFigures.map((figure) => [figure, ownProgram]),
  ...clientFigures.map((figure) => [figure, clientProgram(figure)]),
]) as Record<Figure, Program | LeftOut>;

/** Downloads read what the upload of their own kind wrote. */
const objectKeys: Readonly<Record<Figure, string>> = {
  encryptedUpload: 'bench/encrypted.bak',
  plainUpload: 'bench/plain.bak',
  openssl: 'bench/none.bak',
  downloadDecrypt: 'bench/encrypted.bak',
  plainGet: 'bench/encrypted.bak',
  javaUpload: 'bench/java.bak',
  javaDownload: 'bench/java.bak',
  pythonUpload: 'bench/python.bak',
  pythonDownload: 'bench/python.bak',
};

const say = (line: string) => process.stderr.write(`${line}\n`);

/** One figure in a process of its own. */
async function measured(
  input: FigureInput,
  info: SandboxInfo,
  { command, args }: Program,
): Promise<Measured> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: info.accessKeyId,
      AWS_SECRET_ACCESS_KEY: info.secretAccessKey,
      AWS_PROFILE: undefined,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_NO_WARNINGS: '1',
    },
  });
  child.stdin.end(JSON.stringify(input));
  const status = new Promise((resolve) => child.on('close', resolve));
  const output = await text(child.stdout);
  if ((await status) !== 0) throw new Error(`${input.figure} failed`);
  return JSON.parse(output) as Measured;
}

async function bench(bytesWanted: number, runs: number): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
  const sandbox = await startSandbox();
  const { info } = sandbox;
  const s3 = new S3Client({
    endpoint: info.endpointUrl,
    region: info.region,
    forcePathStyle: true,
    credentials: { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey },
  });
  try {
    const file = path.join(folder, 'bench.bak');
    say(`writing a backup of ${bytesWanted / 2 ** 20} MiB`);
    await new SyntheticBackup({ size: bytesWanted }).writeTo(file);
    const bytes = (await stat(file)).size;
    const results = new Map<Figure, Measured[]>(figureNames.map((figure) => [figure, []]));
    const failed = new Map<Figure, Unmeasured>();
    for (let run = 1; run <= runs; run++) {
      // Interleaved, so that whatever else the machine does falls on all of them.
      for (const figure of figureNames) {
        const program = programs[figure];
        if ('leftOut' in program) {
          failed.set(figure, program);
          continue;
        }
        const key = objectKeys[figure];
        const target = path.join(folder, `${figure}.out`);
        const { endpointUrl, region, bucket, kmsKeyArn: kmsKeyId } = info;
        const input = { figure, endpointUrl, region, bucket, kmsKeyId, file, bytes, key, target };
        try {
          const one = await measured(input, info, program);
          if (/download/i.test(figure) && (await stat(target)).size !== bytes) {
            throw new Error(`${figure} did not write ${bytes} bytes`);
          }
          results.get(figure)?.push(one);
          say(`run ${run} of ${runs}  ${figure.padEnd(16)} ${one.wallS.toFixed(2)} s`);
        } catch (error) {
          // openssl is not everywhere; the product's own figures must come.
          if (figure !== 'openssl') throw error;
          failed.set(figure, { failed: (error as Error).message });
        }
        await rm(target, { force: true });
      }
      for (const Key of new Set(Object.values(objectKeys))) {
        await s3.send(new DeleteObjectCommand({ Bucket: info.bucket, Key }));
      }
    }
    const figures = Object.fromEntries(
      figureNames.map((figure) => [
        figure,
        failed.get(figure) ?? medianRun(results.get(figure) ?? []),
      ]),
    ) as Record<Figure, Measured | Unmeasured>;
    process.stdout.write(`${JSON.stringify(report(planParts(bytes), runs, figures), null, 2)}\n`);
  } finally {
    s3.destroy();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { size: { type: 'string', default: '1GiB' }, runs: { type: 'string', default: '3' } },
});
await bench(byteCount(values.size), Number(values.runs));
