import type { Instance } from '../../../core/aws/instances.js';
import { isCancelled } from '../../../core/errors.js';
import { failureSentence } from '../../failures/failureSentence.js';
import type { Services } from '../../services.js';

/** How far the tasks of an instance have been read. */
export type Reading =
  { readonly state: 'reading' | 'read' } | { readonly state: 'failed'; readonly error: unknown };

/** The instances that somebody is signed in to; reads their lists of tasks in the background. */
export class SignedInInstances {
  readonly #services: Services;
  readonly #changed: () => void;
  readonly #readings = new Map<string, Reading>();
  #listing: Promise<readonly Instance[]> | undefined;
  #instances: readonly Instance[] = [];
  #readAt = 0;
  #disposal = new AbortController();

  /** @param changed what {@link reading} says of an instance has changed */
  constructor(services: Services, changed: () => void) {
    this.#services = services;
    this.#changed = changed;
  }

  /** False until {@link list} has found one. */
  get any(): boolean {
    return this.#instances.length > 0;
  }

  /** Asks AWS once. @throws EngineError `aws/…` */
  list(): Promise<readonly Instance[]> {
    if (this.#listing === undefined) {
      const listing = this.#list();
      this.#listing = listing;
      listing.catch(() => {
        if (this.#listing === listing) this.#listing = undefined;
      });
    }
    return this.#listing;
  }

  reading({ arn }: Instance): Reading {
    return this.#readings.get(arn) ?? { state: 'reading' };
  }

  /** Asks AWS and the instances anew when {@link list} is called next. */
  forget(): void {
    this.#disposal.abort();
    this.#disposal = new AbortController();
    this.#listing = undefined;
  }

  /** Reads the lists of tasks anew, unless that was done less than `ms` milliseconds ago. */
  readAgain(ms: number): void {
    // A timer may be a little early.
    if (Date.now() - this.#readAt < ms * 0.9) return;
    this.#readAll();
  }

  dispose(): void {
    this.#disposal.abort();
  }

  async #list(): Promise<readonly Instance[]> {
    const { signal } = this.#disposal;
    const { logins, aws } = this.#services;
    const { listInstances } = await import('../../../core/aws/instances.js');
    const instances = await listInstances(await aws.session(), signal);
    const signedIn = instances.filter(({ arn }) => logins.isSignedIn(arn));
    if (!signal.aborted) {
      this.#instances = signedIn;
      this.#readAll();
    }
    return signedIn;
  }

  #readAll(): void {
    this.#readAt = Date.now();
    for (const instance of this.#instances) void this.#read(instance);
  }

  async #read(instance: Instance): Promise<void> {
    const { signal } = this.#disposal;
    try {
      await this.#services.tasks.refresh(instance, signal);
      this.#readings.set(instance.arn, { state: 'read' });
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return;
      this.#services.log.warn(`Tasks of ${instance.id}: ${failureSentence(error)}`);
      this.#readings.set(instance.arn, { state: 'failed', error });
    }
    this.#changed();
  }
}
