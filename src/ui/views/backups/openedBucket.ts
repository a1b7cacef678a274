import { type ConsoleTarget, consoleUrl } from '../../../core/aws/consoleUrl.js';
import type { Bucket } from '../../../core/aws/openBucket.js';
import type { AwsSession } from '../../../core/aws/session.js';
import type { TreeNode } from '../node.js';

/** What the rows of one bucket share. */
export class OpenedBucket {
  #opening: Promise<Bucket> | undefined;

  constructor(
    private readonly session: AwsSession,
    /** Id of the top row; those below begin with it. */
    readonly rowId: string,
    readonly name: string,
    /** As far as it is known before the bucket is opened. */
    readonly region: string,
    /** Draws a row and what is below it again. */
    readonly refresh: (node: TreeNode) => void,
  ) {}

  get isElsewhere(): boolean {
    return this.region !== this.session.region;
  }

  /** Of the bucket, where the key is empty. */
  arn(key: string): string {
    const resource = key === '' ? this.name : `${this.name}/${key}`;
    return `arn:${this.session.partition}:s3:::${resource}`;
  }

  /** Where it, or what it holds, is in the AWS console; undefined at another endpoint than AWS's own. */
  consoleUrl(target: ConsoleTarget): string | undefined {
    return this.session.endpointUrl === undefined ? consoleUrl(target) : undefined;
  }

  /** Clients for its region; found out once. @throws EngineError `s3/no-such-bucket`, `aws/…` */
  clients(): Promise<Bucket> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<Bucket> {
    const { openBucket } = await import('../../../core/aws/openBucket.js');
    return openBucket(this.session, this.name);
  }
}
