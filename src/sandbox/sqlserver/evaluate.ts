import type { Expression } from './ast.js';
import { convert, numberOf, textOf } from './convert.js';
import {
  arithmetic,
  compared,
  isArithmetic,
  likePattern,
  nullOf,
  type Truth,
} from './operators.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { sqlType, type Typed } from './types.js';

/** What an expression may refer to. */
export interface Scope {
  variable(name: string): Typed | undefined;
  /** A column of the row at hand; undefined when there is no such column. */
  column(path: readonly string[]): Typed | undefined;
  call(name: string, args: readonly Typed[]): Typed;
  /** The value over all rows, where the query aggregates and `call` is an aggregate. */
  aggregate?(call: Extract<Expression, { kind: 'call' }>): Typed | undefined;
}

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
