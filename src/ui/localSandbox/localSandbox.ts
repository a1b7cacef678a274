import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { formatArn } from '../../core/aws/arn.js';
import { EngineError } from '../../core/errors.js';
import type { Place } from '../aws/awsConnection.js';
import { contextKeys } from '../ids.js';
import type { Services } from '../services.js';
import { type SandboxInfo, type SandboxProcess, startSandboxProcess } from './sandboxProcess.js';

const runningKey = 'sandbox.running';
/** After a reload of the window the one before it may need a moment to write its state. */
const patienceMs = 5000;

/** The sandbox of this window: starting it makes it the place that the whole extension works at. */
export class LocalSandbox implements vscode.Disposable {
  readonly #services: Services;
  #process: SandboxProcess | undefined;
  #starting: Promise<SandboxInfo> | undefined;

  constructor(services: Services) {
    this.#services = services;
    if (services.context.workspaceState.get(runningKey) === true) void this.#resume();
  }

  /** Starts it unless it runs. @throws EngineError `local-sandbox/…` */
  start(): Promise<SandboxInfo> {
    this.#starting ??= this.#start(false).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async stop(): Promise<void> {
    const halted = this.#halt();
    await this.#services.context.workspaceState.update(runningKey, undefined);
    await this.#leave();
    await halted;
  }

  /** Starts anew with nothing but what every sandbox begins with. */
  async reset(): Promise<SandboxInfo> {
    await this.#halt();
    this.#starting = this.#start(true);
    return this.#starting;
  }

  dispose(): void {
    // It is told by the end of the channel, and stops by itself: nobody waits for us here.
    void this.#process?.stop();
  }

  /** The place must be known before anybody asks AWS itself. */
  async #resume(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#services.log.warn(
        `The local sandbox could not be started again: ${error instanceof Error ? error.message : String(error)}`,
      );
      await this.stop();
    }
  }

  async #halt(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    this.#starting = undefined;
    await running?.stop();
  }

  #start(reset: boolean): Promise<SandboxInfo> {
    const running = this.#run(reset);
    this.#services.aws.use(running.then(({ info }) => placeOf(info)));
    return running.then(async (started) => {
      const { info } = started;
      await this.#services.context.workspaceState.update(runningKey, true);
      await vscode.commands.executeCommand('setContext', contextKeys.sandboxRunning, true);
      void started.ended.then(() => this.#ended(started));
      await this.#rememberPasswords(info);
      return info;
    });
  }

  async #run(reset: boolean): Promise<SandboxProcess> {
    const { context } = this.#services;
    const program = vscode.Uri.joinPath(context.extensionUri, 'dist', 'sandbox.js').fsPath;
    const storage = context.storageUri ?? context.globalStorageUri;
    const state = vscode.Uri.joinPath(storage, 'sandbox').fsPath;
    const giveUpAt = Date.now() + patienceMs;
    for (;;) {
      try {
        this.#process = await startSandboxProcess(program, state, { reset });
        return this.#process;
      } catch (error) {
        const inUse =
          error instanceof EngineError && error.message.includes('uses the state folder');
        if (!inUse || Date.now() > giveUpAt) throw error;
        await delay(200);
      }
    }
  }

  /** RDS keeps the first instance's password as a secret; the others' are told here only. */
  async #rememberPasswords(info: SandboxInfo): Promise<void> {
    const { accountId: account, region } = info;
    for (const { id, user, password } of info.instances) {
      const resource = `db:${id}`;
      const arn = formatArn({ partition: 'aws', service: 'rds', region, account, resource });
      await this.#services.logins.remember(arn, user, password);
    }
  }

  async #ended(which: SandboxProcess): Promise<void> {
    if (this.#process !== which) return;
    this.#process = undefined;
    this.#starting = undefined;
    await this.#leave();
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The local sandbox has ended. What it holds is kept; start it again to go on.'),
    );
  }

  async #leave(): Promise<void> {
    await vscode.commands.executeCommand('setContext', contextKeys.sandboxRunning, false);
    if (this.#services.aws.place !== undefined) this.#services.aws.use(undefined);
  }
}

const placeOf = (info: SandboxInfo): Place => ({
  name: vscode.l10n.t('local sandbox'),
  region: info.region,
  endpointUrl: info.endpointUrl,
  caFile: info.instances[0]?.caFile ?? '',
  credentials: { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey },
});
