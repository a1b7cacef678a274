import type { HttpHandlerOptions } from '@smithy/types';
import { CancelledError, EngineError } from '../errors.js';
import { orCancelled } from '../orCancelled.js';
import { httpStatus } from './awsErrors.js';
import type { CredentialSource } from './credentials.js';

/** What a request tells the clients of a session, for the case that somebody has to sign in first. */
export interface RequestOptions extends HttpHandlerOptions {
  /** Ends the request, and the wait. */
  readonly abortSignal?: AbortSignal;
  /** Ends only the wait, for a request that must not be broken off. */
  readonly waitSignal?: AbortSignal | undefined;
  /** The request's time limit: stands still during the wait. */
  readonly clock?: { pause(): void; resume(): void };
  /** Fails rather than wait for a person. */
  readonly unattended?: boolean;
}

type Send = (command: unknown, o?: RequestOptions) => Promise<unknown>;

/** Answers that a session's credentials are used up. */
const expiredNames = /^(?:ExpiredToken(?:Exception)?|RequestExpired|TokenRefreshRequired)$/;
/** What some services answer instead when the session ended long ago. */
const unknownNames = /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId)$/;

/**
 * Lets work go on when credentials expire in the middle of it: the user is asked to sign in again, and
 * the request that was refused is sent once more. One question at a time, for all who wait. A session
 * whose credentials never worked fails at once: there is nothing to go on with.
 */
export class Renewal {
  #worked = false;
  #latest: { readonly accessKeyId: string; readonly temporary: boolean } | undefined;
  #renewing: Promise<void> | undefined;
  /** How often the user gave up. */
  #givenUp = 0;

  /**
   * @param source reads the credentials
   * @param ask see `SessionOptions.onCredentialsExpired`
   * @param whoAmI a call that any credentials may make and that is refused with a reason
   */
  constructor(
    private readonly source: CredentialSource,
    private readonly ask: (error: EngineError) => Promise<void>,
    private readonly whoAmI: () => Promise<unknown>,
  ) {}

  /** The credentials for the clients, which are to ask for every request. */
  readonly credentials: CredentialSource = async (o) => {
    const identity = await this.source(o);
    this.#latest = {
      accessKeyId: identity.accessKeyId,
      temporary: identity.sessionToken !== undefined,
    };
    return identity;
  };

  /** Has the client send its requests through this renewal. */
  attach(client: object): void {
    const sender = client as { send: Send };
    const send = sender.send.bind(client);
    sender.send = (command, o = {}) => this.#untilRenewed(() => send(command, o), o);
  }

  async #untilRenewed(send: () => Promise<unknown>, o: RequestOptions): Promise<unknown> {
    for (let resent = false; ;) {
      const before = this.#latest?.accessKeyId;
      const givenUp = this.#givenUp;
      try {
        const answer = await send();
        this.#worked = true;
        return answer;
      } catch (error) {
        const expired = this.#worked && (await this.#expiry(error));
        if (!expired) throw error;
        if (o.abortSignal?.aborted) throw new CancelledError(o.abortSignal.reason);
        // Once only: credentials that are new each time might be refused each time.
        if (!resent && (await this.#changedSince(before, error))) {
          resent = true;
          continue;
        }
        // Whoever gave up meant this request too.
        if (o.unattended || givenUp !== this.#givenUp) throw expired;
        await this.#wait(expired, o);
      }
    }
  }

  /** Says that the credentials cannot be used any more; undefined when it failed for another reason. */
  async #expiry(error: unknown): Promise<EngineError | undefined> {
    // Inside a request only the reading of credentials fails with one.
    if (error instanceof CancelledError) return expiredError(error);
    if (error instanceof EngineError) return error;
    const cause = await this.#inWords(error);
    const name = cause instanceof Error ? cause.name : '';
    if (expiredNames.test(name)) return expiredError(cause);
    if (unknownNames.test(name) && this.#latest?.temporary) return expiredError(cause);
    return undefined;
  }

  /** The answer to a HEAD has no text: for S3 an expired token is a bare 400. */
  async #inWords(error: unknown): Promise<unknown> {
    if (httpStatus(error) !== 400 || !this.#latest?.temporary) return error;
    if (!(error instanceof Error) || !/^(?:UnknownError)?$/.test(error.message)) return error;
    return this.whoAmI().then(
      () => error,
      (reason: unknown) => reason,
    );
  }

  /**
   * Whether there are other credentials than before by now, so that nobody need be asked: because
   * somebody else's request has brought them, or the files hold them.
   */
  async #changedSince(before: string | undefined, error: unknown): Promise<boolean> {
    const changed = () => this.#latest?.accessKeyId !== before;
    if (changed() || this.#renewing) return changed();
    // They have just been read, in vain.
    if (error instanceof EngineError) return false;
    await this.credentials({ forceRefresh: true }).catch(() => undefined);
    return changed();
  }

  async #wait(expired: EngineError, o: RequestOptions): Promise<void> {
    this.#renewing ??= this.#renew(expired).finally(() => {
      this.#renewing = undefined;
    });
    o.clock?.pause();
    try {
      await orCancelled(orCancelled(this.#renewing, o.abortSignal), o.waitSignal);
    } finally {
      o.clock?.resume();
    }
  }

  async #renew(expired: EngineError): Promise<void> {
    for (let failure: EngineError | undefined = expired; failure;) {
      try {
        await this.ask(failure);
      } catch {
        this.#givenUp += 1;
        throw failure;
      }
      failure = await this.credentials({ forceRefresh: true }).then(
        () => undefined,
        (error: unknown) => (error instanceof EngineError ? error : expired),
      );
    }
  }
}

const expiredError = (cause: unknown) =>
  new EngineError('aws/expired-token', 'The AWS credentials have expired. Sign in again.', {
    cause,
  });
