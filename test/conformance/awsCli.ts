import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { awsEnvironment, type AwsPlace } from './awsPlace.js';
import { environmentProgram, mustRun, run, type RunResult } from './clients.js';

/** The AWS CLI at work in one place. */
export class AwsCli {
  private constructor(
    private readonly place: AwsPlace,
    private readonly folder: string,
    private readonly configuration: string,
  ) {}

  /** Works in `folder`, to which `file://` arguments are relative. */
  static async in(folder: string, place: AwsPlace): Promise<AwsCli> {
    const configuration = path.join(folder, 'aws.config');
    // In us-east-1 this CLI presigns by Signature Version 2, which new buckets have never taken.
    await writeFile(configuration, '[default]\ns3 =\n  signature_version = s3v4\n');
    return new AwsCli(place, folder, configuration);
  }

  /** Runs a command that must succeed, and returns what it prints. */
  run(...args: string[]): Promise<string> {
    return mustRun(environmentProgram('aws', 'aws'), this.#arguments(args), this.#options());
  }

  async json(...args: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.run(...args, '--output', 'json')) as Record<string, unknown>;
  }

  /** As {@link run}, for one value chosen by a query. */
  async text(query: string, ...args: string[]): Promise<string> {
    return (await this.run(...args, '--query', query, '--output', 'text')).trim();
  }

  /** Runs a command that may fail. */
  attempt(...args: string[]): Promise<RunResult> {
    return run(environmentProgram('aws', 'aws'), this.#arguments(args), this.#options());
  }

  /** For RDS in us-east-1 the CLI takes the endpoint from nowhere but its arguments. */
  #arguments(args: readonly string[]): string[] {
    return [...args, '--endpoint-url', this.place.endpointUrl];
  }

  #options() {
    const env = { ...awsEnvironment(this.place), AWS_CONFIG_FILE: this.configuration };
    return { env, cwd: this.folder };
  }
}
