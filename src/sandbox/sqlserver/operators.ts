import { convert, numberOf, textOf } from './convert.js';
import { sqlErrors } from './sqlError.js';
import { isString, sqlType, type SqlType, type Typed } from './types.js';

/** Three-valued: undefined is UNKNOWN. */
export type Truth = boolean | undefined;

export const nullOf = (type: SqlType): Typed => ({ type, value: null });

/** Strings compare without regard to case and trailing blanks, as the server's collation says. */
const collator = new Intl.Collator('en', { sensitivity: 'accent' });

export function compareValues(left: Typed, right: Typed): number {
  const isDate = (side: Typed) => side.value instanceof Date;
  if (isDate(left) || isDate(right)) {
    const time = (side: Typed) => (convert(side, sqlType.datetime) as Date).getTime();
    return time(left) - time(right);
  }
  if (isText(left) && isText(right)) {
    return collator.compare(textOf(left).trimEnd(), textOf(right).trimEnd());
  }
  if (left.type.kind === 'uniqueidentifier' || right.type.kind === 'uniqueidentifier') {
    return collator.compare(textOf(left), textOf(right));
  }
  return numberOf(left) - numberOf(right);
}

const isText = (side: Typed) => typeof side.value === 'string' && side.type.kind !== 'float';

export function compared(operator: string, leftSide: Typed, rightSide: Typed): Truth {
  const left = unwrapped(leftSide);
  const right = unwrapped(rightSide);
  if (left.value === null || right.value === null) return undefined;
  const order = compareValues(left, right);
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
    case '!>':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** What a sql_variant holds. */
function unwrapped(side: Typed): Typed {
  const { value } = side;
  const isTyped = value !== null && typeof value === 'object' && 'type' in value;
  return isTyped ? value : side;
}

export function likePattern(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern.charAt(at);
    const close = c === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (c === '%') source += '[\\s\\S]*';
    else if (c === '_') source += '[\\s\\S]';
    else if (close > 0) {
      const set = pattern.slice(at + 1, close).replace(/[\\[\]]/g, '\\$&');
      source += `[${set}]`;
      at = close;
    } else source += c.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 'iu');
}

export const isArithmetic = (operator: string) => ['+', '-', '*', '/', '%'].includes(operator);

export function arithmetic(operator: string, leftSide: Typed, rightSide: Typed): Typed {
  const left = unwrapped(leftSide);
  const right = unwrapped(rightSide);
  if (operator === '+' && isString(left.type) && isString(right.type)) {
    const type = isUnicode(left) || isUnicode(right) ? sqlType.nvarchar : sqlType.varchar;
    if (left.value === null || right.value === null) return nullOf(type(4000));
    const text = textOf(left) + textOf(right);
    return { type: type(text.length > 4000 ? 'max' : 4000), value: text };
  }
  const whole = isWhole(left.type) || isWhole(right.type);
  const fractional = isFractional(left.type) || isFractional(right.type);
  if (whole && !fractional) return integerArithmetic(operator, left, right);
  if (left.value === null || right.value === null) return nullOf(sqlType.float);
  const [a, b] = [numberOf(left), numberOf(right)];
  if (b === 0 && (operator === '/' || operator === '%')) throw sqlErrors.divideByZero();
  return { type: sqlType.float, value: floatResult(operator, a, b) };
}

function floatResult(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}

const isUnicode = ({ type }: Typed) => type.kind === 'nvarchar' || type.kind === 'nchar';
const isWhole = (type: SqlType) =>
  ['bit', 'tinyint', 'smallint', 'int', 'bigint'].includes(type.kind);
const isFractional = (type: SqlType) => ['real', 'float', 'decimal', 'money'].includes(type.kind);

function integerArithmetic(operator: string, left: Typed, right: Typed): Typed {
  const wide = left.type.kind === 'bigint' || right.type.kind === 'bigint';
  const type = wide ? sqlType.bigint : sqlType.int;
  if (left.value === null || right.value === null) return nullOf(type);
  const [a, b] = [
    convert(left, sqlType.bigint) as bigint,
    convert(right, sqlType.bigint) as bigint,
  ];
  if (b === 0n && (operator === '/' || operator === '%')) throw sqlErrors.divideByZero();
  const result =
    operator === '+'
      ? a + b
      : operator === '-'
        ? a - b
        : operator === '*'
          ? a * b
          : operator === '/'
            ? a / b
            : a % b;
  return { type, value: convert({ type: sqlType.bigint, value: result }, type) };
}
