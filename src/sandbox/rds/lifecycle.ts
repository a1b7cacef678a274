import { ServiceFailure } from '../contract.js';
import type { InstanceRecord, Membership, MembershipStatus, Step, StepKind } from './records.js';
import type { RdsStore } from './rdsStore.js';

/** How long things take, in seconds of sandbox time; about what they take in RDS. */
export const durations = {
  create: 420,
  firstBackup: 180,
  modify: 180,
  reboot: 60,
  start: 300,
  stop: 240,
  delete: 300,
  optionGroupPending: 20,
  optionGroupApplying: 40,
  snapshot: 120,
} as const;

/** Carries out what is to happen to instances, when its time has come. */
export class Lifecycle {
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #wake: AbortController | undefined;

  constructor(
    private readonly store: RdsStore,
    private readonly log: (line: string) => void,
    /** What else goes when an instance goes: its managed secret. */
    private readonly onDeleted: (instance: InstanceRecord) => Promise<void>,
  ) {}

  /** Steps that a run before this one has left are taken up again. */
  start(): void {
    const now = this.store.clock.now().getTime();
    for (const step of this.store.steps) {
      const latest = now + step.seconds * 1000;
      if (Date.parse(step.at) > latest) step.at = new Date(latest).toISOString();
    }
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#wake?.abort();
    await this.#running;
  }

  plan(region: string, subject: string, kind: StepKind, seconds: number): void {
    const at = new Date(this.store.clock.now().getTime() + seconds * 1000).toISOString();
    this.store.steps.push({ at, seconds, region, subject, kind });
    this.#wake?.abort();
  }

  /** Drops what was planned for an instance. */
  cancel(instance: InstanceRecord, kinds: readonly StepKind[]): void {
    const kept = this.store.steps.filter(
      (step) =>
        step.subject !== instance.id ||
        step.region !== instance.region ||
        !kinds.includes(step.kind),
    );
    this.store.steps.splice(0, this.store.steps.length, ...kept);
  }

  cancelAll(instance: InstanceRecord): void {
    const kinds = this.store.steps
      .map((step) => step.kind)
      .filter((kind) => kind !== 'snapshot-available');
    this.cancel(instance, kinds);
  }

  /** Does everything that is due now. Called before every read, so that no answer is out of date. */
  async settle(): Promise<void> {
    const now = this.store.clock.now().toISOString();
    let changed = false;
    for (;;) {
      const due = this.store.steps
        .filter((step) => step.at <= now)
        .sort((a, b) => (a.at < b.at ? -1 : 1))[0];
      if (due === undefined) break;
      this.store.steps.splice(this.store.steps.indexOf(due), 1);
      this.#carryOut(due);
      changed = true;
    }
    if (changed) await this.store.save();
  }

  async #run(): Promise<void> {
    const isStopped = () => this.#stopped;
    while (!isStopped()) {
      const wake = new AbortController();
      this.#wake = wake;
      const next = this.store.steps.map((step) => Date.parse(step.at)).sort((a, b) => a - b)[0];
      const seconds =
        next === undefined
          ? 3600
          : Math.min(3600, Math.max(0, (next - this.store.clock.now().getTime()) / 1000));
      await this.store.clock.sleep(seconds, wake.signal).catch(() => undefined);
      try {
        if (!isStopped()) await this.settle();
      } catch (error) {
        this.log(`instances could not be brought up to date: ${String(error)}`);
      }
    }
  }

  #carryOut(step: Step): void {
    const { region, subject, kind } = step;
    if (kind === 'snapshot-available') {
      const snapshot = this.store.snapshots.find(
        (candidate) => candidate.region === region && candidate.id === subject,
      );
      if (snapshot) snapshot.status = 'available';
      return;
    }
    const instance = this.store.findInstance(region, subject);
    if (instance === undefined) return;
    switch (kind) {
      case 'created':
        instance.status = 'backing-up';
        this.plan(region, subject, 'backed-up', durations.firstBackup);
        break;
      case 'stopped':
        instance.status = 'stopped';
        break;
      case 'deleted':
        this.store.instances.splice(this.store.instances.indexOf(instance), 1);
        void this.onDeleted(instance);
        break;
      case 'apply-option-group':
        this.#applyOptionGroup(instance);
        break;
      case 'option-group-in-sync':
        this.#optionGroupInSync(instance);
        break;
      case 'maintenance':
        this.#maintain(instance);
        break;
      case 'backed-up':
      case 'modified':
      case 'rebooted':
      case 'started':
        instance.status = 'available';
        break;
    }
  }

  #applyOptionGroup(instance: InstanceRecord): void {
    setMemberships(instance, {
      'pending-apply': 'applying',
      'pending-maintenance-apply': 'applying',
      'pending-removal': 'removing',
      'pending-maintenance-removal': 'removing',
    });
    const { region, id } = instance;
    this.plan(region, id, 'option-group-in-sync', durations.optionGroupApplying);
  }

  #optionGroupInSync(instance: InstanceRecord): void {
    instance.memberships = instance.memberships.filter(({ status }) => status !== 'removing');
    setMemberships(instance, { applying: 'in-sync' });
  }

  /** The maintenance window: what was put off is done now. */
  #maintain(instance: InstanceRecord): void {
    const { pending } = instance;
    instance.instanceClass = pending.instanceClass ?? instance.instanceClass;
    instance.allocatedStorageGiB = pending.allocatedStorageGiB ?? instance.allocatedStorageGiB;
    instance.engineVersion = pending.engineVersion ?? instance.engineVersion;
    instance.multiAz = pending.multiAz ?? instance.multiAz;
    const changes = Object.values(pending).some((value) => value !== undefined);
    instance.pending = {};
    if (changes && instance.status === 'available') {
      instance.status = 'modifying';
      this.plan(instance.region, instance.id, 'modified', durations.modify);
    }
    if (instance.memberships.some(({ status }) => status.startsWith('pending-maintenance'))) {
      this.#applyOptionGroup(instance);
    }
  }
}

function setMemberships(
  instance: InstanceRecord,
  changes: Partial<Record<MembershipStatus, MembershipStatus>>,
): void {
  for (const membership of instance.memberships) {
    membership.status = changes[membership.status] ?? membership.status;
  }
}

/** The group an instance has, or is on its way to. */
export function targetMembership(instance: InstanceRecord): Membership {
  const [membership] = instance.memberships;
  if (membership === undefined) throw new TypeError(`${instance.id} has no option group`);
  return membership;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Seconds from `now` to the next start of a window `ddd:hh:mm-ddd:hh:mm` (UTC). */
export function secondsToWindow(window: string, now: Date): number {
  const [, day = '', hour = '', minute = ''] = /^([a-z]{3}):(\d\d):(\d\d)-/.exec(window) ?? [];
  const index = days.indexOf(day);
  if (index < 0)
    throw new ServiceFailure('InvalidParameterValue', `Invalid maintenance window ${window}`);
  const start = new Date(now);
  start.setUTCHours(Number(hour), Number(minute), 0, 0);
  start.setUTCDate(start.getUTCDate() + ((index - start.getUTCDay() + 7) % 7));
  const wait = (start.getTime() - now.getTime()) / 1000;
  return wait > 0 ? wait : wait + 7 * 86_400;
}
