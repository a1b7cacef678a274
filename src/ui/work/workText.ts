import type { TransferProgress } from '../../core/transfer/progress.js';
import { formatBytes, formatClock } from '../../core/text/units.js';

/** How far a transfer is: `1.2 GiB of 3 GiB · 0:45 left · 95 MiB/s`. */
function transferDetail({
  doneBytes,
  totalBytes,
  bytesPerSecond,
  secondsLeft,
}: TransferProgress): string {
  const parts = [`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`];
  if (secondsLeft !== undefined && doneBytes < totalBytes) {
    parts.push(`${formatClock(secondsLeft)} left`);
  }
  if (bytesPerSecond > 0) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  return parts.join(' · ');
}

/** Whole percent; 100 only when it is: 99.9 % of a backup cannot be restored. */
function transferPercent({ doneBytes, totalBytes }: TransferProgress): number {
  if (doneBytes >= totalBytes) return 100;
  return Math.min(99, Math.floor((doneBytes / totalBytes) * 100));
}

/** How far a transfer is, as work reports it. */
export const transferReport = (progress: TransferProgress) => ({
  percent: transferPercent(progress),
  detail: transferDetail(progress),
});
