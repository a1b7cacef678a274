import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { awsEnvironment, type AwsPlace } from '../awsPlace.js';
import { cleanEnvironment } from '../clients.js';

/** For `{ skip }` of node:test: why there are no Java clients; scripts/lib/prepareJava.mjs says it. */
export const javaLeftOut: string | false = process.env.RDS_BACKUP_JAVA_LEFT_OUT ?? false;

/** What every operation of both clients needs. */
export interface JavaOperation {
  readonly do: string;
  readonly bucket: string;
  readonly key: string;
  readonly file: string;
  readonly kmsKeyId?: string | undefined;
}

export interface OldClientOperation extends JavaOperation {
  readonly do: 'put' | 'putParts' | 'get';
  readonly mode?: 'EncryptionOnly' | 'AuthenticatedEncryption' | 'StrictAuthenticatedEncryption';
  readonly storage?: 'ObjectMetadata' | 'InstructionFile';
  /** `kms-v1`: the client's V1 form, its data key wrapped by KMS (KmsCipher.java). */
  readonly materials?: 'kms' | 'kms-v1' | 'aes' | 'rsa';
  readonly partBytes?: number;
}

export interface NewClientOperation extends JavaOperation {
  readonly do: 'put' | 'putMultipart' | 'putParts' | 'putAsync' | 'get' | 'getAsync';
  readonly suite?: 'gcm' | '115';
  readonly materials?: 'kms' | 'aes' | 'rsa';
  readonly legacy?: boolean;
  readonly instructionFile?: boolean;
  readonly context?: Readonly<Record<string, string>>;
  readonly partBytes?: number;
}

/** A running Java program that does one operation after another (Operations.java). */
export class JavaProgram<Operation extends JavaOperation> {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  #said = '';

  private constructor(
    private readonly name: string,
    place: AwsPlace,
  ) {
    const { RDS_BACKUP_JAVA: java, RDS_BACKUP_JAVA_CLASSPATH: classPath } = process.env;
    if (java === undefined || classPath === undefined) {
      throw new Error('Run these with npm test: it fetches the Java clients.');
    }
    const machine = ['-Xmx512m', '-XX:+UseSerialGC'];
    const args = [...machine, '-cp', classPath, name, place.endpointUrl, place.region];
    this.#child = spawn(java, args, {
      env: { ...cleanEnvironment(), ...awsEnvironment(place) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    // A program that has ended closes the pipe; the missing answer tells.
    this.#child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: this.#child.stdout });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  /** Runs OldClient.java or NewClient.java, which take other operations. */
  static start<Operation extends JavaOperation>(
    name: 'OldClient' | 'NewClient',
    place: AwsPlace,
  ): JavaProgram<Operation> {
    return new JavaProgram(name, place);
  }

  /** @returns the exception with its causes, null when all went well */
  async attempt(operation: Operation): Promise<string | null> {
    this.#child.stdin.write(`${JSON.stringify(operation)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`${this.name} ended:\n${this.#said}`);
    return (JSON.parse(answer.value) as { error: string | null }).error;
  }

  /** @throws Error for an operation that fails */
  async must(operation: Operation): Promise<void> {
    const error = await this.attempt(operation);
    if (error !== null) {
      throw new Error(`${this.name}, ${operation.do} of ${operation.key}: ${error}`);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
