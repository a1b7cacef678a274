import { monitorEventLoopDelay } from 'node:perf_hooks';

/** One run of one figure, measured in a process of its own. */
export interface Measured {
  /** Seconds from the call to its return; the AWS clients are loaded before. */
  readonly wallS: number;
  /** Processor seconds of the whole process and its children, from its start. */
  readonly cpuS: number;
  /** Largest resident size of the process, in MiB. null where the system does not tell. */
  readonly peakMiB: number | null;
  /** Where the time went. */
  readonly where?: Readonly<Record<string, number>>;
  /** How a client of others was set. */
  readonly settings?: string;
}

const mib = 2 ** 20;

/** Runs `work` and says what it cost this process. */
export async function measure(
  work: () => Promise<Readonly<Record<string, number>> | undefined>,
): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const started = performance.now();
  const where = await work();
  const wallS = (performance.now() - started) / 1000;
  delay.disable();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    wallS,
    cpuS: (userCPUTime + systemCPUTime) / 1e6,
    peakMiB: (maxRSS * 1024) / mib,
    ...(where && {
      where: {
        ...where,
        // The timer's own resolution is part of what it measures.
        eventLoopP99Ms: delay.percentile(99) / 1e6,
        eventLoopMaxMs: delay.max / 1e6,
      },
    }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The median of each number over several runs. */
export function medianRun(runs: readonly Measured[]): Measured {
  const peaks = runs.flatMap(({ peakMiB }) => (peakMiB === null ? [] : [peakMiB]));
  const names = Object.keys(runs[0]?.where ?? {});
  const settings = runs[0]?.settings;
  return {
    wallS: rounded(median(runs.map(({ wallS }) => wallS))),
    cpuS: rounded(median(runs.map(({ cpuS }) => cpuS))),
    peakMiB: peaks.length === 0 ? null : rounded(median(peaks)),
    ...(settings !== undefined && { settings }),
    ...(names.length > 0 && {
      where: Object.fromEntries(
        names.map((name) => [name, rounded(median(runs.map(({ where }) => where?.[name] ?? 0)))]),
      ),
    }),
  };
}

export const rounded = (value: number) => Math.round(value * 1000) / 1000;
