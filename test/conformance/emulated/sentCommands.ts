import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';

const clients = {
  s3: S3Client,
  kms: KMSClient,
  rds: RDSClient,
  sts: STSClient,
  'secrets-manager': SecretsManagerClient,
};

type Send = (this: unknown, command: object, ...more: unknown[]) => unknown;

/**
 * Notes, from now on, each operation that any SDK client in this process got an answer to, also those
 * that the engine makes for itself, as `service Operation`.
 */
export class SentCommands {
  readonly answered = new Set<string>();
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const [service, { prototype }] of Object.entries(clients)) this.#watch(service, prototype);
  }

  stop(): void {
    for (const restore of this.#restore) restore();
  }

  #watch(service: string, prototype: object): void {
    const { answered } = this;
    // The clients inherit `send`; one of their own hides it.
    const inherited = (prototype as { send: Send }).send;
    const send: Send = async function (command, ...more) {
      const answer = await inherited.call(this, command, ...more);
      answered.add(`${service} ${command.constructor.name.replace(/Command$/, '')}`);
      return answer;
    };
    Object.defineProperty(prototype, 'send', { value: send, configurable: true });
    this.#restore.push(() => Reflect.deleteProperty(prototype, 'send'));
  }
}
