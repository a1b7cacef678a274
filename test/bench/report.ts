import os from 'node:os';
import type { PartPlan } from '../../src/core/transfer/partPlan.js';
import type { Figure } from './figures.js';
import { type Measured, rounded } from './measure.js';

/** Why there is no figure. */
export type Unmeasured = { readonly failed: string } | { readonly leftOut: string };
type Outcome = Measured | Unmeasured;

/** What was aimed at: each ratio or peak is to be at most this. */
const aims = {
  uploadVsPlain: 1.15,
  cpuVsOpenssl: 2,
  downloadVsPlainGet: 1.1,
  peakMiB: 300,
} as const;

/** The JSON object that the benchmark prints. */
export function report(plan: PartPlan, runs: number, figures: Record<Figure, Outcome>) {
  const costs = Object.fromEntries(
    Object.entries(figures).map(([figure, outcome]) => [figure, costOf(outcome)]),
  );
  const ratios = {
    uploadVsPlain: ratio(figures.encryptedUpload, figures.plainUpload, 'wallS'),
    cpuVsOpenssl: ratio(figures.encryptedUpload, figures.openssl, 'cpuS'),
    downloadVsPlainGet: ratio(figures.downloadDecrypt, figures.plainGet, 'wallS'),
    uploadVsJava: ratio(figures.encryptedUpload, figures.javaUpload, 'wallS'),
    downloadVsJava: ratio(figures.downloadDecrypt, figures.javaDownload, 'wallS'),
    uploadVsPython: ratio(figures.encryptedUpload, figures.pythonUpload, 'wallS'),
    downloadVsPython: ratio(figures.downloadDecrypt, figures.pythonDownload, 'wallS'),
  };
  const peaks = [figures.encryptedUpload, figures.downloadDecrypt].flatMap((outcome) =>
    isMeasured(outcome) && outcome.peakMiB !== null ? [outcome.peakMiB] : [],
  );
  const reached = { ...ratios, peakMiB: peaks.length === 0 ? null : Math.max(...peaks) };
  return {
    bytes: plan.plaintextBytes,
    partBytes: plan.partBytes,
    concurrency: plan.concurrency,
    runs,
    machine: {
      cores: os.availableParallelism(),
      cpu: os.cpus()[0]?.model ?? 'unknown',
      node: process.version,
      platform: process.platform,
    },
    ...costs,
    ratios,
    aims: Object.fromEntries(
      Object.entries(aims).map(([name, aim]) => {
        const value = reached[name as keyof typeof aims];
        return [name, { aim, value, met: value === null ? null : value <= aim }];
      }),
    ),
    where: {
      encryptedUpload: whereOf(figures.encryptedUpload),
      downloadDecrypt: whereOf(figures.downloadDecrypt),
    },
  };
}

function costOf(outcome: Outcome) {
  if (!isMeasured(outcome)) return outcome;
  const { wallS, cpuS, peakMiB, settings } = outcome;
  return { wallS, cpuS, peakMiB, ...(settings !== undefined && { settings }) };
}

const isMeasured = (outcome: Outcome): outcome is Measured => 'wallS' in outcome;

const whereOf = (outcome: Outcome) => (isMeasured(outcome) ? (outcome.where ?? null) : null);

function ratio(a: Outcome, b: Outcome, what: 'wallS' | 'cpuS'): number | null {
  return isMeasured(a) && isMeasured(b) ? rounded(a[what] / b[what]) : null;
}
