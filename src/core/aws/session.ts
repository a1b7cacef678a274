import type { KMSClient } from '@aws-sdk/client-kms';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import { partitionOfRegion } from './arn.js';
import { type CredentialSource, sessionCredentials } from './credentials.js';
import { Renewal } from './renewal.js';
import {
  resolveSettings,
  type Service,
  type SessionOptions,
  type SessionSettings,
} from './settings.js';

/** Who works, and where. Clients are loaded when first asked for and kept; `dispose` ends them. */
export interface AwsSession {
  readonly region: string;
  readonly partition: string;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly credentials: CredentialSource;
  /** Clients work in the session's region unless another is named. */
  s3(region?: string): Promise<S3Client>;
  kms(region?: string): Promise<KMSClient>;
  rds(region?: string): Promise<RDSClient>;
  secretsManager(region?: string): Promise<SecretsManagerClient>;
  sts(): Promise<STSClient>;
  dispose(): void;
}

/**
 * Opens a session by profile (shared files, SSO, process, assumed role with MFA), environment, web
 * identity or instance role, in the order of the SDK's default chain. Credentials are read by the
 * first call that needs them, and failures of theirs are EngineErrors `aws/…`.
 * @throws EngineError `aws/no-region`, `aws/bad-region`, `aws/no-such-profile`, `aws/bad-endpoint`
 */
export async function openSession(o: SessionOptions = {}): Promise<AwsSession> {
  const settings = await resolveSettings(o);
  return new Session(settings, sessionCredentials(o, settings), o.onCredentialsExpired);
}

interface Client {
  destroy(): void;
}

class Session implements AwsSession {
  readonly region: string;
  readonly partition: string;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly credentials: CredentialSource;
  readonly #settings: SessionSettings;
  readonly #renewal: Renewal | undefined;
  readonly #clients = new Map<string, Promise<Client>>();

  constructor(
    settings: SessionSettings,
    source: CredentialSource,
    onExpired: SessionOptions['onCredentialsExpired'],
  ) {
    this.#settings = settings;
    this.region = settings.region;
    this.partition = partitionOfRegion(settings.region);
    this.profile = settings.profile;
    this.endpointUrl = settings.endpointUrl;
    this.#renewal = onExpired && new Renewal(source, onExpired, () => this.#whoAmI());
    const credentials = this.#renewal?.credentials ?? source;
    // The source keeps what it read; a client that kept it too would go on with what has expired.
    this.credentials = Object.assign(credentials, { memoized: true });
  }

  s3(region = this.region): Promise<S3Client> {
    return this.#client(`s3 ${region}`, async () => {
      const { S3Client } = await import('@aws-sdk/client-s3');
      return new S3Client({
        ...this.#config('S3', region, { maxAttempts: 5, silentMs: 120_000 }),
        followRegionRedirects: true,
        // Other places than AWS seldom have a host name for every bucket.
        forcePathStyle: this.#settings.endpointOf('S3') !== undefined,
      });
    });
  }

  kms(region = this.region): Promise<KMSClient> {
    return this.#client(`kms ${region}`, async () => {
      const { KMSClient } = await import('@aws-sdk/client-kms');
      return new KMSClient(this.#config('KMS', region));
    });
  }

  rds(region = this.region): Promise<RDSClient> {
    return this.#client(`rds ${region}`, async () => {
      const { RDSClient } = await import('@aws-sdk/client-rds');
      return new RDSClient(this.#config('RDS', region));
    });
  }

  secretsManager(region = this.region): Promise<SecretsManagerClient> {
    return this.#client(`secretsmanager ${region}`, async () => {
      const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
      return new SecretsManagerClient(this.#config('SECRETS_MANAGER', region));
    });
  }

  sts(): Promise<STSClient> {
    return this.#client('sts', async () => {
      const { STSClient } = await import('@aws-sdk/client-sts');
      return new STSClient(this.#config('STS', this.region));
    });
  }

  dispose(): void {
    for (const client of this.#clients.values()) {
      void client.then((ready) => {
        ready.destroy();
      });
    }
    this.#clients.clear();
  }

  #client<T extends Client>(name: string, create: () => Promise<T>): Promise<T> {
    const known = this.#clients.get(name) as Promise<T> | undefined;
    const client = known ?? this.#renewing(create());
    this.#clients.set(name, client);
    return client;
  }

  async #renewing<T extends Client>(creating: Promise<T>): Promise<T> {
    const client = await creating;
    this.#renewal?.attach(client);
    return client;
  }

  async #whoAmI(): Promise<unknown> {
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    // Not the session's own client: its requests would be renewed themselves.
    const sts = new STSClient(this.#config('STS', this.region));
    try {
      return await sts.send(new GetCallerIdentityCommand());
    } finally {
      sts.destroy();
    }
  }

  #config(service: Service, region: string, { maxAttempts = 4, silentMs = 30_000 } = {}) {
    const { profile } = this.#settings;
    const endpoint = this.#settings.endpointOf(service);
    const agent = { keepAlive: true, maxSockets: 64 };
    return {
      region,
      credentials: this.credentials,
      maxAttempts,
      ...(profile !== undefined && { profile }),
      ...(endpoint !== undefined && { endpoint }),
      requestHandler: {
        connectionTimeout: 10_000,
        socketTimeout: silentMs,
        httpAgent: agent,
        httpsAgent: agent,
      },
    };
  }
}
