import { S3Client } from '@aws-sdk/client-s3';
import type { SandboxInfo } from '../support/sandbox.js';
import { type CliOptions, type CliRun, cli } from './cliProcess.js';

/** Where and as whom the command line program works, by environment. */
export const awsEnvironment = (info: SandboxInfo) => ({
  AWS_ENDPOINT_URL: info.endpointUrl,
  AWS_REGION: info.region,
  AWS_ACCESS_KEY_ID: info.accessKeyId,
  AWS_SECRET_ACCESS_KEY: info.secretAccessKey,
});

/** A user of the command line program at the sandbox. */
export class SandboxUser {
  readonly s3: S3Client;
  readonly env: Readonly<Record<string, string>>;

  constructor(readonly info: SandboxInfo) {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = info;
    const credentials = { accessKeyId, secretAccessKey };
    this.s3 = new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      followRegionRedirects: true,
    });
    this.env = {
      ...awsEnvironment(info),
      RDS_BACKUP_PASSWORD: this.instance.password,
    };
  }

  /** The instance that is ready for backup and restore. */
  get instance(): SandboxInfo['instances'][number] {
    return this.info.instances[0]!;
  }

  /** Options that lead a SQL command to {@link instance}. */
  get sql(): string[] {
    return ['--instance', this.instance.id, '--ca-file', this.instance.caFile];
  }

  uri(key: string): string {
    return `s3://${this.info.bucket}/${key}`;
  }

  run(args: readonly string[], o: CliOptions = {}): Promise<CliRun> {
    return cli(args, { ...o, env: { ...this.env, ...o.env } });
  }

  /** Runs with `--json` and reads the document. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test says what it expects
  async json<T>(
    args: readonly string[],
    o: CliOptions = {},
  ): Promise<{ code: number | null; document: T; stderr: string }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], o);
    return { code, document: JSON.parse(stdout) as T, stderr };
  }

  /** Runs with `--json` and reads the events, one per line. */
  async events(
    args: readonly string[],
    o: CliOptions = {},
  ): Promise<{ code: number | null; events: Record<string, unknown>[]; stderr: string }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], o);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return {
      code,
      events: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      stderr,
    };
  }
}
