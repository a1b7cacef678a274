import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import type { AwsConnection } from '../aws/awsConnection.js';
import { viewStateOf } from '../failures/viewState.js';
import type { TaskKey } from './nativeTasks.js';
import type { RememberedTask } from './rememberedTasks.js';

/** The instances that tasks run on, as RDS described them last. */
export class InstanceLookup {
  readonly #aws: Pick<AwsConnection, 'session'>;
  readonly #known = new Map<string, Instance>();
  readonly #looking = new Set<string>();

  constructor(aws: Pick<AwsConnection, 'session'>) {
    this.#aws = aws;
  }

  know(instance: Instance): void {
    this.#known.set(instance.arn, instance);
    this.#looking.delete(instance.arn);
  }

  latest(instance: Instance): Instance {
    return this.#known.get(instance.arn) ?? instance;
  }

  /** @throws EngineError `aws/…`, `rds/no-such-instance`, `rds/other-account` */
  async find({ instanceArn, instanceId }: TaskKey, signal?: AbortSignal): Promise<Instance> {
    const known = this.#known.get(instanceArn);
    if (known !== undefined) return known;
    const { describeInstance } = await import('../../core/aws/instances.js');
    const session = await this.#aws.session();
    const instance = await describeInstance(session, instanceId, signal);
    if (instance.arn === instanceArn) {
      this.know(instance);
      return instance;
    }
    throw new EngineError(
      'rds/other-account',
      `${instanceArn} belongs to another region or account than the AWS profile in use. ` +
        'Select the profile and region that it belongs to.',
    );
  }

  /** The instance of a task; undefined while the session works in another region. */
  async describe(task: RememberedTask): Promise<Instance | undefined> {
    const session = await this.#aws.session();
    return session.region === task.region ? this.find(task) : undefined;
  }

  /**
   * In the background, where the instance is now: it could not be reached where it was. When AWS cannot
   * be asked for want of credentials, that is not tried again until the instance is known anew: it
   * would ask the user each time.
   */
  lookAgain({ arn, id }: Instance): void {
    if (this.#looking.has(arn)) return;
    this.#looking.add(arn);
    void this.#describeAgain(arn, id).catch((error: unknown) => {
      if (viewStateOf(error) === 'unreachable') this.#looking.delete(arn);
    });
  }

  async #describeAgain(arn: string, id: string): Promise<void> {
    const { describeInstance } = await import('../../core/aws/instances.js');
    const instance = await describeInstance(await this.#aws.session(), id);
    if (instance.arn === arn) this.know(instance);
  }
}
