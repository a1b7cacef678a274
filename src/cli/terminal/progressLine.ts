import type { TransferProgress } from '../../core/transfer/progress.js';
import { displayWidth, shorten } from '../text/text.js';
import { formatBytes, formatClock } from '../../core/text/units.js';

export interface ProgressFigures {
  readonly label: string;
  /** 0 to 1. */
  readonly fraction: number;
  /** The most useful first; the last are left out where the line is narrow. */
  readonly details: readonly string[];
}

const percentOf = (fraction: number) =>
  // 100 % is said only when it is: 99.9 % of a backup cannot be restored.
  `${String(fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100))).padStart(3)} %`;

/** What to show of a transfer: amounts, rate and time left. */
export function transferFigures(label: string, progress: TransferProgress): ProgressFigures {
  const { doneBytes, totalBytes, bytesPerSecond, secondsLeft } = progress;
  const details = [`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`];
  if (secondsLeft !== undefined && doneBytes < totalBytes) {
    details.push(`${formatClock(secondsLeft)} left`);
  }
  if (bytesPerSecond > 0) details.push(`${formatBytes(bytesPerSecond)}/s`);
  return { label, fraction: totalBytes === 0 ? 1 : doneBytes / totalBytes, details };
}

/** One line without a bar, for logs. */
export function progressText({ label, fraction, details }: ProgressFigures): string {
  return [label, percentOf(fraction).trim(), ...details].join('  ');
}

const widestBar = 30;
const narrowestBar = 10;
const widestLabel = 32;

/**
 * One line with a bar that fits `width` columns: first the label gives way, then the details from
 * the last, then the bar.
 */
export function progressBar(figures: ProgressFigures, width: number): string {
  const percent = percentOf(figures.fraction);
  // The last column stays free: writing it makes some terminals wrap.
  const room = width - 1;
  for (let count = figures.details.length; count >= 0; count--) {
    const end = [percent, ...figures.details.slice(0, count)].join('  ');
    const label = shorten(figures.label, Math.min(widestLabel, Math.max(8, Math.floor(room / 3))));
    const bar = Math.min(widestBar, room - displayWidth(label) - displayWidth(end) - 4);
    if (bar >= narrowestBar) {
      const full = Math.round(Math.min(1, figures.fraction) * bar);
      return `${label}  ${'█'.repeat(full)}${'░'.repeat(bar - full)}  ${end}`;
    }
  }
  return shorten(`${figures.label} ${percent.trim()}`, room);
}
