import { SqlError, sqlErrors } from './sqlError.js';
import { isString, type SqlType, type SqlValue, type Typed, typeName } from './types.js';

const integerRange: Partial<Record<SqlType['kind'], readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** The value as another type. @throws SqlError 245, 241, 8115, 8169 as CAST does */
export function convert(from: Typed, to: SqlType): SqlValue {
  const { value } = from;
  if (value === null) return null;
  if (to.kind === 'sql_variant') return from.type.kind === 'sql_variant' ? value : from;
  if (typeof value === 'object' && 'type' in value) return convert(value, to);
  if (isString(to)) return fit(textOf(from), to);
  switch (to.kind) {
    case 'bit':
      return bitOf(from);
    case 'tinyint':
    case 'smallint':
    case 'int':
      return Number(integerOf(from, to));
    case 'bigint':
      return integerOf(from, to);
    case 'real':
    case 'float':
      return numberOf(from, to);
    case 'decimal':
      return decimalOf(from, to.scale, to);
    case 'money':
      return decimalOf(from, 4, to);
    case 'datetime':
    case 'date':
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return dateOf(from, to);
    case 'uniqueidentifier':
      return guidOf(from);
    case 'varbinary':
      return Buffer.isBuffer(value) ? value : Buffer.from(textOf(from), 'utf16le');
  }
}

function fit(text: string, type: Extract<SqlType, { length: unknown }>): string {
  if (type.length === 'max') return text;
  const cut = text.slice(0, type.length);
  return type.kind === 'char' || type.kind === 'nchar' ? cut.padEnd(type.length) : cut;
}

function conversionFailed(from: Typed, to: SqlType): SqlError {
  return new SqlError(
    245,
    16,
    1,
    `Conversion failed when converting the ${typeName(from.type)} value '${textOf(from)}' to data type ${typeName(to)}.`,
  );
}

function bitOf(from: Typed): boolean {
  const { value } = from;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    const text = value.trim().toLowerCase();
    if (text === 'true') return true;
    if (text === 'false') return false;
  }
  return numberOf(from, { kind: 'bit' }) !== 0;
}

function integerOf(from: Typed, to: SqlType): bigint {
  const { value, type } = from;
  let whole: bigint;
  if (typeof value === 'string') {
    const text = value.trim();
    if (!/^[+-]?\d+$/.test(text) && text !== '') throw conversionFailed(from, to);
    whole = BigInt(text.replace(/^\+/, ''));
  } else if (typeof value === 'bigint' && (type.kind === 'decimal' || type.kind === 'money')) {
    whole = value / 10n ** BigInt(scaleOf(type));
  } else if (typeof value === 'bigint') whole = value;
  else whole = BigInt(Math.trunc(numberOf(from, to)));
  const range = integerRange[to.kind];
  if (range && (whole < range[0] || whole > range[1])) throw sqlErrors.overflow(typeName(to));
  return whole;
}

const scaleOf = (type: SqlType) => (type.kind === 'money' ? 4 : 'scale' in type ? type.scale : 0);

/** Any number-like value as a JavaScript number; decimals lose digits beyond its precision. */
export function numberOf(from: Typed, to: SqlType = { kind: 'float' }): number {
  const { value, type } = from;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value) / 10 ** scaleOf(type);
  if (typeof value === 'string') {
    const number = Number(value.trim());
    if (Number.isNaN(number)) throw conversionFailed(from, to);
    return number;
  }
  throw new SqlError(
    529,
    16,
    2,
    `Explicit conversion from data type ${typeName(type)} to ${typeName(to)} is not allowed.`,
  );
}

function decimalOf(from: Typed, scale: number, to: SqlType): bigint {
  const { value, type } = from;
  if (typeof value === 'bigint') {
    const shift = scale - scaleOf(type);
    if (shift >= 0) return value * 10n ** BigInt(shift);
    const divisor = 10n ** BigInt(-shift);
    const half = value < 0n ? -divisor / 2n : divisor / 2n;
    return (value + half) / divisor;
  }
  const text = typeof value === 'string' ? value.trim() : String(numberOf(from, to));
  const match = /^([+-]?)(\d*)\.?(\d*)$/.exec(text);
  if (!match || text === '') {
    return BigInt(Math.round(numberOf(from, to) * 10 ** scale));
  }
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = BigInt(`${whole}${fraction.slice(0, scale).padEnd(scale, '0')}` || '0');
  const rounded = digits + ((fraction[scale] ?? '0') >= '5' ? 1n : 0n);
  return sign === '-' ? -rounded : rounded;
}

const isoDate =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?\s*Z?$/i;

/** Dates are read in the ISO forms only; T-SQL's own forms depend on the session's language. */
function dateOf(from: Typed, to: SqlType): Date {
  const { value } = from;
  const day = 86_400_000;
  if (value instanceof Date) {
    return to.kind === 'date' ? new Date(Math.floor(value.getTime() / day) * day) : value;
  }
  if (typeof value === 'number') return new Date(Date.UTC(1900, 0, 1) + value * day);
  const match = typeof value === 'string' ? isoDate.exec(value.trim()) : null;
  if (!match) throw badDate();
  const part = (at: number) => Number(match[at] ?? 0);
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const month = part(2) - 1;
  const date = new Date(Date.UTC(part(1), month, part(3), part(4), part(5), part(6), milliseconds));
  if (date.getUTCMonth() !== month || part(4) > 23 || part(5) > 59 || part(6) > 59) throw badDate();
  return date;
}

const badDate = () =>
  new SqlError(
    241,
    16,
    1,
    'Conversion failed when converting date and/or time from character string.',
  );

function guidOf(from: Typed): string {
  const match = guid.exec(textOf(from).trim());
  if (!match?.[1]) {
    throw new SqlError(
      8169,
      16,
      2,
      'Conversion failed when converting from a character string to uniqueidentifier.',
    );
  }
  return match[1].toUpperCase();
}

/** The value as CAST AS nvarchar shows it; dates in the ISO form. */
export function textOf({ value, type }: Typed): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'bigint') return decimalText(value, scaleOf(type));
  if (value instanceof Date) return dateText(value, type);
  if (Buffer.isBuffer(value)) return value.toString('utf16le');
  if (typeof value === 'object') return textOf(value);
  return String(value);
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function dateText(value: Date, type: SqlType): string {
  const iso = value.toISOString().replace('T', ' ').replace('Z', '');
  if (type.kind === 'date') return iso.slice(0, 10);
  return type.kind === 'time' ? iso.slice(11) : iso;
}
