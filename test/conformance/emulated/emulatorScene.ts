import type { S3Client } from '@aws-sdk/client-s3';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import type { AwsSession } from '../../../src/core/aws/session.js';
import type { KeyService } from '../../../src/core/envelope/envelope.js';
import { engineSession } from '../awsPlace.js';
import { CleanUp } from '../cleanUp.js';
import { type Emulator, startMinistack, startMoto } from '../emulators.js';

const starts = { moto: startMoto, ministack: startMinistack };
export type EmulatorName = keyof typeof starts;

/** The engine's session with an emulator, a bucket and a key in it. */
export class EmulatorScene {
  readonly bucket = 'conformance-backups';
  readonly #cleanUp = new CleanUp();
  #ready:
    | {
        readonly emulator: Emulator;
        readonly session: AwsSession;
        readonly s3: S3Client;
        readonly kmsKeyArn: string;
        readonly folder: string;
      }
    | undefined;

  constructor(readonly name: EmulatorName) {}

  async start(): Promise<void> {
    const emulator = await starts[this.name]();
    this.#cleanUp.add(emulator.stop);
    const session = await engineSession(emulator);
    this.#cleanUp.add(() => {
      session.dispose();
    });
    const s3 = await session.s3();
    const folder = await this.#cleanUp.temporaryFolder();
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
    await s3.send(new CreateBucketCommand({ Bucket: this.bucket }));
    this.#ready = { emulator, session, s3, folder, kmsKeyArn: await createKey(session) };
  }

  stop(): Promise<void> {
    return this.#cleanUp.run();
  }

  get #started() {
    if (!this.#ready) throw new Error('the emulator has not been started');
    return this.#ready;
  }

  get place(): Emulator {
    return this.#started.emulator;
  }

  get session(): AwsSession {
    return this.#started.session;
  }

  get s3(): S3Client {
    return this.#started.s3;
  }

  get kmsKeyArn(): string {
    return this.#started.kmsKeyArn;
  }

  get folder(): string {
    return this.#started.folder;
  }

  get keys(): KeyService {
    return kmsKeyService(this.session);
  }
}

export async function createKey(session: AwsSession, description?: string): Promise<string> {
  const { CreateKeyCommand } = await import('@aws-sdk/client-kms');
  const kms = await session.kms();
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: description }));
  if (!KeyMetadata?.Arn) throw new Error('no key was made');
  return KeyMetadata.Arn;
}
