import type { Row } from './statement.js';

/** A row with its columns by name in lower case without blanks: servers spell them differently. */
export function normalised(row: Row): Map<string, unknown> {
  return new Map(
    Object.entries(row).map(([name, value]) => [name.toLowerCase().replace(/\s+/g, ''), value]),
  );
}

/** Numbers may arrive as text (bigint, decimal). */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Text as it is (blanks and line ends of task_info are part of its grammar), or nothing when blank. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const asNumber = number(value);
  return asNumber === undefined ? undefined : asNumber !== 0;
}

/** `datetime` has no time zone; it is read as UTC, which RDS instances run in unless told otherwise. */
export function date(value: unknown): Date | undefined {
  const parsed =
    value instanceof Date ? value : typeof value === 'string' ? new Date(`${value}Z`) : undefined;
  return parsed === undefined || Number.isNaN(parsed.getTime()) ? undefined : parsed;
}
