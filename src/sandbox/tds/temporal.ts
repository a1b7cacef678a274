const dayMilliseconds = 86_400_000;
/** Days from 0001-01-01 to 1970-01-01. */
const epochDays = 719_162;

/** Days since 0001-01-01, as `date` and `datetime2` count them. */
export function dateDays(value: Date): number {
  return Math.floor(value.getTime() / dayMilliseconds) + epochDays;
}

export function dateOfDays(days: number): number {
  return (days - epochDays) * dayMilliseconds;
}

/** Units of 10^-scale seconds since midnight. */
export function timeTicks(value: Date, scale: number): number {
  const time = value.getTime();
  const sinceMidnight = time - Math.floor(time / dayMilliseconds) * dayMilliseconds;
  return Math.floor(sinceMidnight * 10 ** (scale - 3));
}

export function timeOfTicks(ticks: number, scale: number): number {
  return Math.floor(ticks * 10 ** (3 - scale));
}

/** Bytes that a time of this scale takes. */
export function timeBytes(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}
