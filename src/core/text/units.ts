const steps = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.5 GiB`: three significant digits, binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  // 1023.5 would round up to "1024 KiB".
  while (value >= 1023.5 && step < steps.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${steps[step] ?? ''}`;
}

/** `1.5 MiB (1,572,864 bytes)`. */
export function formatExactBytes(bytes: number): string {
  if (bytes < 1024) return formatBytes(bytes);
  return `${formatBytes(bytes)} (${bytes.toLocaleString('en-US')} bytes)`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `1.07 MiB in 0.2 s (5.29 MiB/s)`. */
export function transferText(bytes: number, seconds: number): string {
  const rate = formatBytes(bytes / Math.max(seconds, 0.001));
  return `${formatBytes(bytes)} in ${formatDuration(seconds)} (${rate}/s)`;
}

/** `0:07`, `12:30`, `1:02:03`: for the time left, where the width should not jump. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
