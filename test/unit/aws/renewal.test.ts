import type { AwsCredentialIdentity } from '@smithy/types';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Renewal, type RequestOptions } from '../../../src/core/aws/renewal.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';

const sdkError = (name: string, httpStatusCode = 403, message = 'words of the service') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

/** A client that asks for credentials as the SDK's do, and a service that knows one key. */
class Scene {
  /** Key that reading the credentials gives; an error when they cannot be read. */
  readable: string | EngineError = 'ASIA1';
  accepted = 'ASIA1';
  temporary = true;
  refusal: Error = sdkError('ExpiredToken');
  whoAmI: () => Promise<unknown> = () => Promise.resolve();
  readonly sent: (string | undefined)[] = [];
  readonly asked: EngineError[] = [];
  reads = 0;
  readonly client: { send(command: string, o?: RequestOptions): Promise<string> };
  readonly #renewal: Renewal;

  constructor(ask: (scene: Scene) => void | Promise<void>) {
    this.#renewal = new Renewal(
      () => {
        this.reads += 1;
        const key = this.readable;
        if (key instanceof Error) return Promise.reject(key);
        const identity: AwsCredentialIdentity = { accessKeyId: key, secretAccessKey: 's' };
        return Promise.resolve(this.temporary ? { ...identity, sessionToken: 't' } : identity);
      },
      async (error) => {
        this.asked.push(error);
        await ask(this);
      },
      () => this.whoAmI(),
    );
    this.client = {
      send: async (command) => {
        const { accessKeyId } = await this.#renewal.credentials();
        this.sent.push(accessKeyId);
        await new Promise(setImmediate);
        if (accessKeyId !== this.accepted) throw this.refusal;
        return `answer to ${command}`;
      },
    };
    this.#renewal.attach(this.client);
  }

  /** A scene in which the session has worked and its credentials have just expired. */
  static async expired(ask: (scene: Scene) => void | Promise<void>): Promise<Scene> {
    const scene = new Scene(ask);
    await scene.client.send('first');
    scene.accepted = 'ASIA2';
    return scene;
  }
}

const signIn = (scene: Scene) => {
  scene.readable = 'ASIA2';
};
const giveUp = () => Promise.reject(new Error('no'));

describe('renewing credentials', () => {
  it('asks once for all requests that wait, and sends each of them again', async () => {
    const scene = await Scene.expired(signIn);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => scene.client.send(name)));
    assert.deepEqual(answers, ['answer to a', 'answer to b', 'answer to c']);
    assert.deepEqual(
      scene.asked.map(({ code }) => code),
      ['aws/expired-token'],
    );
    assert.deepEqual(scene.sent.slice(-3), ['ASIA2', 'ASIA2', 'ASIA2']);
  });

  for (const name of [
    'ExpiredToken',
    'ExpiredTokenException',
    'RequestExpired',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'InvalidAccessKeyId',
  ]) {
    it(`asks after ${name}`, async () => {
      const scene = await Scene.expired(signIn);
      scene.refusal = sdkError(name);
      await scene.client.send('a');
      assert.equal(scene.asked.length, 1);
      assert.equal(scene.asked[0]?.cause, scene.refusal);
    });
  }

  it('asks nobody after a refusal of another kind', async () => {
    const scene = await Scene.expired(signIn);
    for (const refusal of [
      sdkError('AccessDenied'),
      sdkError('InvalidRequest', 400),
      sdkError('Unknown', 404, 'UnknownError'),
      sdkError('Unknown', 400, 'UnknownError'),
    ]) {
      scene.refusal = refusal;
      await assert.rejects(scene.client.send('a'), refusal);
    }
    // An access key does not expire; one that is unknown has been deleted.
    scene.temporary = false;
    scene.refusal = sdkError('InvalidClientTokenId');
    await assert.rejects(scene.client.send('a'), scene.refusal);
    assert.deepEqual(scene.asked, []);
  });

  it('lets STS say what a bare 400 means', async () => {
    const scene = await Scene.expired(signIn);
    scene.refusal = sdkError('Unknown', 400, 'UnknownError');
    scene.whoAmI = () => Promise.reject(sdkError('ExpiredToken'));
    await scene.client.send('a');
    assert.equal(scene.asked.length, 1);
  });

  it('asks when credentials cannot be read any more, with the reason', async () => {
    const scene = await Scene.expired(signIn);
    const reason = new EngineError('aws/sso-expired', 'Sign in again: aws sso login');
    scene.readable = reason;
    await scene.client.send('a');
    assert.deepEqual(scene.asked, [reason]);
  });

  it('asks when the user has dismissed the question for an MFA code', async () => {
    const scene = await Scene.expired(signIn);
    scene.readable = new CancelledError();
    await scene.client.send('a');
    assert.deepEqual(
      scene.asked.map(({ code }) => code),
      ['aws/expired-token'],
    );
  });

  it('asks again, with the new reason, until credentials can be read', async () => {
    const reason = new EngineError('aws/mfa-refused', 'No.');
    const scene = await Scene.expired((it) => {
      it.readable = it.asked.length === 1 ? reason : 'ASIA2';
    });
    await scene.client.send('a');
    assert.deepEqual(
      scene.asked.map(({ code }) => code),
      ['aws/expired-token', 'aws/mfa-refused'],
    );
  });

  it('asks nobody when the files hold others by then', async () => {
    const scene = await Scene.expired(signIn);
    signIn(scene);
    scene.sent.length = 0;
    const stale = scene.client.send('a');
    assert.equal(await stale, 'answer to a');
    assert.deepEqual(scene.asked, []);
  });

  it('asks when credentials are refused although they are new', async () => {
    const scene = await Scene.expired(giveUp);
    let read = 1;
    Object.defineProperty(scene, 'readable', { get: () => `ASIANEW${(read += 1)}` });
    await assert.rejects(scene.client.send('a'), { code: 'aws/expired-token' });
    assert.equal(scene.asked.length, 1);
  });

  it('fails all who wait with the reason when the user gives up; the next request asks again', async () => {
    const scene = await Scene.expired(giveUp);
    const waiting = ['a', 'b'].map((name) => scene.client.send(name));
    for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, 'rejected');
    await assert.rejects(waiting[0]!, { code: 'aws/expired-token', message: /Sign in again/ });
    assert.equal(scene.asked.length, 1);
    await assert.rejects(scene.client.send('c'));
    assert.equal(scene.asked.length, 2);
  });

  it('asks nobody before the session has worked', async () => {
    const scene = new Scene(signIn);
    scene.accepted = 'ASIA2';
    await assert.rejects(scene.client.send('a'), scene.refusal);
    scene.readable = new EngineError('aws/sso-expired', 'No.');
    await assert.rejects(scene.client.send('a'), scene.readable);
    assert.deepEqual(scene.asked, []);
  });

  it('asks nobody for an unattended request, but reads the credentials anew', async () => {
    const scene = await Scene.expired(signIn);
    await assert.rejects(scene.client.send('a', { unattended: true }), {
      code: 'aws/expired-token',
    });
    assert.deepEqual(scene.asked, []);
    assert.equal(scene.reads, 3);
  });

  it('stops the clock of a request while it waits, and only then', async () => {
    const events: string[] = [];
    const clock = {
      pause: () => void events.push('pause'),
      resume: () => void events.push('resume'),
    };
    const scene = await Scene.expired((it) => {
      events.push('asked');
      signIn(it);
    });
    await scene.client.send('a', { clock });
    assert.deepEqual(events.sort(), ['asked', 'pause', 'resume']);
  });

  for (const option of ['abortSignal', 'waitSignal'] as const) {
    it(`ends the wait of one request by its ${option}, and lets the others go on`, async () => {
      let answer: () => void = () => undefined;
      const scene = await Scene.expired(
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      );
      const controller = new AbortController();
      const cancelled = scene.client.send('a', { [option]: controller.signal });
      const patient = scene.client.send('b');
      while (scene.asked.length === 0) await new Promise(setImmediate);
      controller.abort();
      await assert.rejects(cancelled, CancelledError);
      signIn(scene);
      answer();
      assert.equal(await patient, 'answer to b');
      assert.equal(scene.asked.length, 1);
    });
  }
});
