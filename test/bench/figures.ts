import { Upload } from '@aws-sdk/lib-storage';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import { openSession } from '../../src/core/aws/session.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { planParts } from '../../src/core/transfer/partPlan.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { type Measured, measure } from './measure.js';
import { measureOpenssl } from './openssl.js';

/** What a figure's process is told; credentials come by the environment. */
export interface FigureInput {
  readonly figure: Figure;
  readonly endpointUrl: string;
  readonly region: string;
  readonly bucket: string;
  readonly kmsKeyId: string;
  /** The backup. */
  readonly file: string;
  readonly bytes: number;
  /** Object that uploads write and downloads read. */
  readonly key: string;
  /** File that downloads and openssl write. */
  readonly target: string;
}

export const ownFigures = [
  'encryptedUpload',
  'plainUpload',
  'openssl',
  'downloadDecrypt',
  'plainGet',
] as const;
export type OwnFigure = (typeof ownFigures)[number];

/** Of Amazon's encryption clients for Java and Python; clientPrograms.ts runs them. */
export const clientFigures = [
  'javaUpload',
  'javaDownload',
  'pythonUpload',
  'pythonDownload',
] as const;
export type ClientFigure = (typeof clientFigures)[number];

export const figureNames = [...ownFigures, ...clientFigures];
export type Figure = OwnFigure | ClientFigure;

/** Runs one figure of our own once. */
export async function runFigure(input: FigureInput & { figure: OwnFigure }): Promise<Measured> {
  if (input.figure === 'openssl') return measureOpenssl(input.file, input.target);
  const { bucket, key, file, target } = input;
  const session = await openSession({ region: input.region, endpointUrl: input.endpointUrl });
  try {
    const s3 = await session.s3();
    await session.kms();
    const keys = kmsKeyService(session);
    switch (input.figure) {
      case 'encryptedUpload':
        return await measure(async () => {
          const { timings } = await uploadEncrypted({
            ...{ file, bucket, key, s3, keys, kmsKeyId: input.kmsKeyId },
          });
          return { ...timings };
        });
      case 'plainUpload': {
        const { partBytes, concurrency } = planParts(input.bytes);
        return await measure(async () => {
          const Body = createReadStream(file);
          const params = { Bucket: bucket, Key: key, Body };
          const parts = { partSize: partBytes, queueSize: concurrency };
          await new Upload({ client: s3, params, ...parts }).done();
          return undefined;
        });
      }
      case 'downloadDecrypt':
        return await measure(async () => {
          const { timings } = await downloadDecrypted({ bucket, key, file: target, s3, keys });
          return { ...timings };
        });
      case 'plainGet':
        return await measure(async () => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          await pipeline(Body as Readable, createWriteStream(target));
          return undefined;
        });
    }
  } finally {
    session.dispose();
  }
}
