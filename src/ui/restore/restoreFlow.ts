import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { CancelledError } from '../../core/errors.js';
import { askSteps } from '../input/quickInput.js';
import { GoBack, type Step, type StepInput } from '../input/steps.js';
import type { Services } from '../services.js';
import { copySql } from '../views/tasks/copySql.js';
import { askDatabaseName } from './askDatabaseName.js';
import { askInstance, signInTo } from './askInstance.js';
import { askKey } from './askKey.js';
import { askSource } from './askSource.js';
import { type BackupSource, sourceAt } from './backupSource.js';
import { type CheckedPlan, checkPlan } from './checkPlan.js';
import { type BackupGlance, lookIntoBackup } from './lookIntoBackup.js';
import type { RestorePlan } from './restorePlan.js';
import { isFolder, type RestoreSubject } from './restoreSubject.js';
import { type SummaryChoice, summaryRows } from './summaryRows.js';
import type { WayOut } from './wayOut.js';

/** The questions before a restore, with what has been answered so far. Leaving it changes nothing. */
export class RestoreFlow {
  readonly #services: Services;
  readonly #subject: RestoreSubject;
  #instance: Instance | undefined;
  #source: BackupSource | undefined;
  #glance: BackupGlance | undefined;
  #databaseName: string;
  #kmsKeyArn: string | undefined;
  /** Somebody else than the backup has said which key to pass, or that none is. */
  #keyGiven: boolean;

  constructor(services: Services, subject: RestoreSubject) {
    this.#services = services;
    this.#subject = subject;
    this.#instance = subject.instance;
    this.#databaseName = subject.databaseName ?? '';
    this.#kmsKeyArn = subject.kmsKeyArn ?? undefined;
    this.#keyGiven = subject.kmsKeyArn !== undefined;
  }

  /** @throws CancelledError; EngineError `sql/…`, `aws/…`, `restore/…` */
  async ask(): Promise<RestorePlan> {
    const { location } = this.#subject;
    if (location !== undefined && !isFolder(location)) {
      const { partition } = await this.#services.aws.session();
      this.#source = sourceAt(partition, location);
    }
    const sourceKnown = this.#source !== undefined;
    const steps: Step<undefined>[] = [
      {
        when: () => this.#subject.instance === undefined,
        ask: (input) => this.#askInstance(input),
      },
      { when: () => !sourceKnown, ask: (input) => this.#askSource(input) },
      { ask: (input) => this.#askName(input) },
      { when: () => this.#mayNeedKey(), ask: (input) => this.#askKey(input) },
      { ask: (input) => this.#summarise(input) },
    ];
    await askSteps(vscode.l10n.t('Restore Database'), undefined, steps);
    return this.#plan();
  }

  async #askInstance(input: StepInput): Promise<void> {
    this.#instance = await askInstance(this.#services, input, this.#instance);
  }

  async #askSource(input: StepInput): Promise<void> {
    const start = this.#source?.location ?? this.#subject.location;
    const source = await askSource(this.#services, input, start);
    if (source.s3Arn === this.#source?.s3Arn) return;
    this.#source = source;
    // What was only suggested by the backup before does not fit this one.
    if (this.#databaseName === this.#glance?.databaseName) this.#databaseName = '';
    if (this.#glance !== undefined) {
      this.#kmsKeyArn = undefined;
      this.#keyGiven = false;
    }
    this.#glance = undefined;
  }

  async #askName(input: StepInput): Promise<void> {
    const { instance } = this.#plan();
    await signInTo(this.#services, instance);
    await this.#look();
    this.#databaseName = await askDatabaseName(this.#services, input, instance, this.#databaseName);
  }

  async #askKey(input: StepInput): Promise<void> {
    const glance = await this.#look();
    const { region } = this.#plan().instance;
    this.#kmsKeyArn = await askKey(this.#services, input, {
      ...{ region, glance },
      chosen: this.#kmsKeyArn,
    });
  }

  /** Fills in what the backup tells, once for each backup. */
  async #look(): Promise<BackupGlance> {
    if (this.#glance !== undefined) return this.#glance;
    const { source } = this.#plan();
    const glance = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the backup') },
      () => lookIntoBackup(this.#services, source),
    );
    this.#glance = glance;
    if (this.#databaseName === '') this.#databaseName = glance.databaseName;
    if (!this.#keyGiven) this.#kmsKeyArn ??= glance.keyArn;
    return glance;
  }

  #mayNeedKey(): boolean {
    const refused = this.#keyGiven && this.#kmsKeyArn === undefined;
    return !refused && this.#glance?.encrypted !== false;
  }

  /** Shows the checks until the user starts the restore, going back to single questions on the way. */
  async #summarise(input: StepInput): Promise<void> {
    for (;;) {
      const stop = new AbortController();
      try {
        const checking = checkPlan(this.#services, this.#plan(), {
          signal: stop.signal,
          interactive: true,
        });
        const choice = await this.#askSummary(input, checking);
        if (choice.kind === 'restore') return;
        await this.#change(input, choice);
      } finally {
        stop.abort();
      }
    }
  }

  async #askSummary(
    input: StepInput,
    checking: Promise<CheckedPlan>,
  ): Promise<Exclude<SummaryChoice, { readonly kind: 'copy-sql' }>> {
    const plan = this.#plan();
    for (;;) {
      const choice = await input.pick<SummaryChoice>({
        placeholder: vscode.l10n.t('Check what will be restored'),
        items: checking.then((checked) => summaryRows(plan, checked)),
        waiting: vscode.l10n.t(
          'Checking the backup, the key, and the databases and tasks of {0}…',
          plan.instance.id,
        ),
      });
      if (choice.kind !== 'copy-sql') return choice;
      await copySql((await checking).sql);
    }
  }

  /** Asks one question again; its back button leads back to the summary. */
  async #change(input: StepInput, way: WayOut): Promise<void> {
    try {
      switch (way.kind) {
        case 'ask-name':
          await this.#askName(input);
          break;
        case 'ask-source':
          await this.#askSource(input);
          await this.#look();
          break;
        case 'ask-key':
          await this.#askKey(input);
          break;
        case 'pass-key':
          this.#kmsKeyArn = way.keyArn;
          break;
        case 'ask-instance':
          await this.#askInstance(input);
          break;
        case 'check-again':
          await this.#describeAgain();
      }
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
    }
  }

  async #describeAgain(): Promise<void> {
    const { describeInstance } = await import('../../core/aws/instances.js');
    const { id } = this.#plan().instance;
    this.#instance = await describeInstance(await this.#services.aws.session(), id);
  }

  #plan(): RestorePlan {
    const [instance, source] = [this.#instance, this.#source];
    if (instance === undefined || source === undefined) throw new CancelledError();
    return { instance, source, databaseName: this.#databaseName, kmsKeyArn: this.#kmsKeyArn };
  }
}
