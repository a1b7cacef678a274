import type { Expression } from './ast.js';
import { convert, numberOf, textOf } from './convert.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { isString, sqlType, type SqlType, type Typed } from './types.js';

/** What an expression may refer to. */
export interface Scope {
  variable(name: string): Typed | undefined;
  /** A column of the row at hand; undefined when there is no such column. */
  column(path: readonly string[]): Typed | undefined;
  call(name: string, args: readonly Typed[]): Typed;
  /** The value over all rows, where the query aggregates and `call` is an aggregate. */
  aggregate?(call: Extract<Expression, { kind: 'call' }>): Typed | undefined;
}

/** Three-valued: undefined is UNKNOWN. */
type Truth = boolean | undefined;

const nullOf = (type: SqlType): Typed => ({ type, value: null });

export function evaluate(expression: Expression, scope: Scope): Typed {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable': {
      const found = scope.variable(expression.name);
      if (!found) throw sqlErrors.undeclared(expression.name, expression.line);
      return found;
    }
    case 'column': {
      const found = scope.column(expression.path);
      if (!found) throw sqlErrors.invalidColumn(expression.path.at(-1) ?? '');
      return found;
    }
    case 'call':
      return call(expression, scope);
    case 'cast':
      return cast(expression, scope);
    case 'negate': {
      const { type, value } = evaluate(expression.operand, scope);
      if (value === null) return nullOf(type);
      if (typeof value === 'bigint') return { type, value: -value };
      return { type, value: -numberOf({ type, value }) };
    }
    case 'binary':
      if (isArithmetic(expression.operator)) {
        return arithmetic(
          expression.operator,
          evaluate(expression.left, scope),
          evaluate(expression.right, scope),
        );
      }
      return truthValue(truth(expression, scope));
    case 'case':
      return caseOf(expression, scope);
    default:
      return truthValue(truth(expression, scope));
  }
}

const truthValue = (value: Truth): Typed => ({ type: sqlType.bit, value: value ?? null });

/** A search condition: WHERE, IF, CASE WHEN. */
export function truth(expression: Expression, scope: Scope): Truth {
  switch (expression.kind) {
    case 'not': {
      const inner = truth(expression.operand, scope);
      return inner === undefined ? undefined : !inner;
    }
    case 'isNull':
      return (evaluate(expression.operand, scope).value === null) !== expression.negated;
    case 'in': {
      const operand = evaluate(expression.operand, scope);
      let result: Truth = false;
      for (const item of expression.list) {
        const equal = compared('=', operand, evaluate(item, scope));
        if (equal) return !expression.negated;
        if (equal === undefined) result = undefined;
      }
      return result === undefined ? undefined : expression.negated;
    }
    case 'like': {
      const operand = evaluate(expression.operand, scope);
      const pattern = evaluate(expression.pattern, scope);
      if (operand.value === null || pattern.value === null) return undefined;
      return likePattern(textOf(pattern)).test(textOf(operand)) !== expression.negated;
    }
    case 'binary':
      return binaryTruth(expression, scope);
    default:
      throw new SqlError(
        4145,
        15,
        1,
        'An expression of non-boolean type specified in a context where a condition is expected.',
      );
  }
}

function binaryTruth(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  scope: Scope,
): Truth {
  if (operator === 'AND' || operator === 'OR') {
    const decisive = operator === 'OR';
    const first = truth(left, scope);
    if (first === decisive) return decisive;
    const second = truth(right, scope);
    if (second === decisive) return decisive;
    return first === undefined || second === undefined ? undefined : !decisive;
  }
  return compared(operator, evaluate(left, scope), evaluate(right, scope));
}

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

function compared(operator: string, leftSide: Typed, rightSide: Typed): Truth {
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

function likePattern(pattern: string): RegExp {
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

const isArithmetic = (operator: string) => ['+', '-', '*', '/', '%'].includes(operator);

function arithmetic(operator: string, leftSide: Typed, rightSide: Typed): Typed {
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

function cast(expression: Extract<Expression, { kind: 'cast' }>, scope: Scope): Typed {
  const { type } = expression;
  const operand = evaluate(expression.operand, scope);
  try {
    return { type, value: convert(operand, type) };
  } catch (error) {
    if (expression.lenient && error instanceof SqlError) return nullOf(type);
    throw error;
  }
}

function call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Typed {
  const aggregate = scope.aggregate?.(expression);
  if (aggregate) return aggregate;
  const name = expression.name.toUpperCase();
  // These two must not evaluate what they do not need.
  if (name === 'COALESCE' || name === 'ISNULL') {
    let last = nullOf(sqlType.int);
    for (const arg of expression.args) {
      last = evaluate(arg, scope);
      if (last.value !== null) return last;
    }
    return last;
  }
  if (name === 'IIF' && expression.args.length === 3) {
    const [condition, yes, no] = expression.args;
    if (condition && yes && no) return evaluate(truth(condition, scope) ? yes : no, scope);
  }
  return scope.call(
    name,
    expression.args.map((arg) => evaluate(arg, scope)),
  );
}

function caseOf(expression: Extract<Expression, { kind: 'case' }>, scope: Scope): Typed {
  const operand = expression.operand && evaluate(expression.operand, scope);
  for (const { when, then } of expression.branches) {
    const matches = operand ? compared('=', operand, evaluate(when, scope)) : truth(when, scope);
    if (matches) return evaluate(then, scope);
  }
  if (expression.otherwise) return evaluate(expression.otherwise, scope);
  const [first] = expression.branches;
  return first ? nullOf(evaluate(first.then, scope).type) : nullOf(sqlType.int);
}
