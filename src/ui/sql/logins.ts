import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import type { SqlConnection } from '../../core/sql/connection.js';
import { orCancelled } from '../../core/orCancelled.js';
import type { InstanceLogins } from './instanceLogins.js';
import type { KnownLogin, LoginStore } from './loginStore.js';

/** A login that has been tried, and its password unless RDS manages it. */
export interface GivenLogin {
  readonly login: KnownLogin;
  readonly password: string | undefined;
}

export interface LoginsOptions {
  readonly store: LoginStore;
  /** Asks the user, and tries the answer. @throws CancelledError; EngineError */
  readonly ask: (instance: Instance, known: KnownLogin | undefined) => Promise<GivenLogin>;
  readonly open: (
    instance: Instance,
    given: GivenLogin,
    signal: AbortSignal | undefined,
  ) => Promise<SqlConnection>;
  readonly changed: (arn: string) => void;
}

/** Failures that another login or password may cure. */
const askAgain = [
  'sql/not-signed-in',
  'sql/login-failed',
  'sql/no-master-secret',
  'sql/bad-master-secret',
];

/** Signs in and connects by what the store remembers. */
export class Logins implements Omit<InstanceLogins, 'onDidChange'> {
  readonly #o: LoginsOptions;
  /**
   * Whose password was refused in this window, or is gone: it was kept in memory only. Trying a refused
   * one again and again would lock the login.
   */
  readonly #unusable = new Set<string>();
  readonly #asking = new Map<string, Promise<void>>();
  /** How often somebody has signed in, by ARN: tells an old failure from a new one. */
  readonly #signIns = new Map<string, number>();
  /** Ends after the last question: the window shows one input at a time. */
  #questions: Promise<unknown> = Promise.resolve();

  constructor(o: LoginsOptions) {
    this.#o = o;
  }

  isSignedIn(arn: string): boolean {
    return this.#o.store.login(arn) !== undefined && !this.#unusable.has(arn);
  }

  async hasPassword(arn: string): Promise<boolean> {
    return (await this.#o.store.password(arn)) !== undefined;
  }

  signIn(instance: Instance): Promise<void> {
    const running = this.#asking.get(instance.arn);
    if (running !== undefined) return running;
    const asked = this.#questions
      .then(() => this.#o.ask(instance, this.#o.store.login(instance.arn)))
      .then(({ login, password }) => this.#keep(instance.arn, login, password))
      .finally(() => this.#asking.delete(instance.arn));
    this.#asking.set(instance.arn, asked);
    this.#questions = asked.catch(() => undefined);
    return asked;
  }

  async connect(
    instance: Instance,
    {
      interactive,
      signal,
    }: { readonly interactive: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<SqlConnection> {
    const before = this.#signIns.get(instance.arn);
    try {
      return await this.#open(instance, signal);
    } catch (error) {
      if (!(error instanceof EngineError) || !askAgain.includes(error.code)) throw error;
      if (!interactive) throw notSignedIn(instance, error);
      // Somebody else's question may have been answered while this login was being tried.
      const answered = this.#signIns.get(instance.arn) !== before;
      if (!answered) await orCancelled(this.signIn(instance), signal);
      return this.#open(instance, signal);
    }
  }

  async forget(arn: string): Promise<void> {
    this.#unusable.delete(arn);
    await this.#o.store.delete(arn);
    this.#o.changed(arn);
  }

  remember(arn: string, login: string, password: string): Promise<void> {
    return this.#keep(arn, { login, managed: false }, password);
  }

  /** After a password was stored or deleted elsewhere. */
  async passwordChanged(arn: string): Promise<void> {
    const login = this.#o.store.login(arn);
    if (login?.managed === false && (await this.#o.store.password(arn)) === undefined) {
      await this.forget(arn);
      return;
    }
    this.#unusable.delete(arn);
    this.#o.changed(arn);
  }

  async #keep(arn: string, login: KnownLogin, password: string | undefined): Promise<void> {
    await this.#o.store.keep(arn, login, password);
    this.#signIns.set(arn, (this.#signIns.get(arn) ?? 0) + 1);
    this.#unusable.delete(arn);
    this.#o.changed(arn);
  }

  async #open(instance: Instance, signal: AbortSignal | undefined): Promise<SqlConnection> {
    const { arn } = instance;
    const signIn = this.#signIns.get(arn);
    const login = this.#o.store.login(arn);
    if (login === undefined || this.#unusable.has(arn)) throw notSignedIn(instance);
    const password = login.managed ? undefined : await this.#o.store.password(arn);
    if (!login.managed && password === undefined) {
      this.#setUnusable(arn);
      throw notSignedIn(instance);
    }
    try {
      return await this.#o.open(instance, { login, password }, signal);
    } catch (error) {
      const refused = error instanceof EngineError && error.code === 'sql/login-failed';
      // A managed password is read anew each time: the next one may be right.
      if (refused && !login.managed && this.#signIns.get(arn) === signIn) {
        this.#setUnusable(arn);
      }
      throw error;
    }
  }

  #setUnusable(arn: string): void {
    this.#unusable.add(arn);
    this.#o.changed(arn);
  }
}

function notSignedIn({ id }: Instance, cause?: EngineError): EngineError {
  if (cause?.code === 'sql/not-signed-in') return cause;
  return new EngineError(
    'sql/not-signed-in',
    cause === undefined
      ? `Nobody is signed in to ${id}. Sign in to the instance first.`
      : `Sign in to ${id} again: ${cause.message}`,
    { cause },
  );
}
