import type { Expression, Select } from './ast.js';
import { readSource, type RowSet } from './catalogViews.js';
import { convert } from './convert.js';
import { evaluate, type Scope, truth } from './evaluate.js';
import { asInt, callFunction, type FunctionContext } from './functions.js';
import { compareValues } from './operators.js';
import { sqlErrors } from './sqlError.js';
import { sqlType, type Column, type SqlValue, type Typed } from './types.js';

export interface SelectResult extends RowSet {
  /** `SELECT @x = …`: variables to set, instead of rows to send. */
  readonly assignments: readonly { readonly name: string; readonly value: Typed }[];
}

export interface SelectContext extends FunctionContext {
  variable(name: string): Typed | undefined;
}

interface Item {
  readonly name: string;
  readonly expression: Expression;
  readonly assignTo: string | undefined;
}

/** Runs a query over at most one source. */
export function runSelect(select: Select, context: SelectContext): SelectResult {
  const outer = scopeOf(undefined, undefined, context);
  const source =
    select.from &&
    readSource(
      select.from.path,
      select.from.args?.map((arg) => evaluate(arg, outer)),
      context,
    );
  const items = expandItems(select, source);
  let rows = source ? source.rows.map((row) => scopeOf(source.columns, row, context)) : [outer];
  const { where } = select;
  if (where) rows = rows.filter((scope) => truth(where, scope) === true);
  const aggregate = items.some(({ expression }) => hasAggregate(expression));
  let results: Typed[][];
  if (aggregate) {
    const over = aggregateScope(rows, outer);
    results = [items.map(({ expression }) => evaluate(expression, over))];
  } else {
    rows = sorted(select, items, rows);
    if (select.top) rows = rows.slice(0, Math.max(0, asInt(evaluate(select.top, outer)) ?? 0));
    results = rows.map((scope) => items.map(({ expression }) => evaluate(expression, scope)));
  }
  return resultOf(items, results, source, outer);
}

function scopeOf(
  columns: readonly Column[] | undefined,
  row: readonly SqlValue[] | undefined,
  context: SelectContext,
): Scope {
  return {
    variable: (name) => context.variable(name),
    column: (path) => {
      const name = path.at(-1)?.toLowerCase();
      const at = columns?.findIndex((column) => column.name.toLowerCase() === name) ?? -1;
      const column = columns?.[at];
      return column && { type: column.type, value: row?.[at] ?? null };
    },
    call: (name, args) => callFunction(name, args, context),
  };
}

function expandItems(select: Select, source: RowSet | undefined): Item[] {
  return select.items.flatMap(({ expression, alias, assignTo }): Item[] => {
    if (expression) {
      const name = alias ?? (expression.kind === 'column' ? (expression.path.at(-1) ?? '') : '');
      return [{ name, expression, assignTo }];
    }
    if (!source) throw sqlErrors.syntax('*', 1);
    return source.columns.map(({ name }) => ({
      name,
      expression: { kind: 'column', path: [name] },
      assignTo: undefined,
    }));
  });
}

function sorted(select: Select, items: readonly Item[], rows: readonly Scope[]): Scope[] {
  const keys = select.orderBy.map(({ by, descending }) => ({
    descending,
    expression: orderExpression(by, items),
  }));
  if (keys.length === 0) return [...rows];
  return rows
    .map((scope) => ({ scope, values: keys.map((key) => evaluate(key.expression, scope)) }))
    .sort((left, right) => {
      for (const [at, key] of keys.entries()) {
        const order = compareNullable(left.values[at], right.values[at]);
        if (order !== 0) return key.descending ? -order : order;
      }
      return 0;
    })
    .map(({ scope }) => scope);
}

/** ORDER BY may name an output column by its number or its alias. */
function orderExpression(by: Expression, items: readonly Item[]): Expression {
  if (by.kind === 'literal' && typeof by.value.value === 'number') {
    return items[by.value.value - 1]?.expression ?? by;
  }
  if (by.kind !== 'column') return by;
  const name = by.path.at(-1)?.toLowerCase();
  return items.find((item) => item.name.toLowerCase() === name)?.expression ?? by;
}

/** NULL sorts first. */
function compareNullable(left: Typed | undefined, right: Typed | undefined): number {
  const isNull = (side: Typed | undefined) => side === undefined || side.value === null;
  if (isNull(left) || isNull(right)) return Number(isNull(right)) - Number(isNull(left));
  return left && right ? compareValues(left, right) : 0;
}

const aggregates = ['COUNT', 'MAX', 'MIN'];
const isAggregate = (expression: Expression) =>
  expression.kind === 'call' && aggregates.includes(expression.name.toUpperCase());

function hasAggregate(expression: Expression): boolean {
  if (isAggregate(expression)) return true;
  if (expression.kind === 'call') return expression.args.some(hasAggregate);
  if (expression.kind === 'binary') {
    return hasAggregate(expression.left) || hasAggregate(expression.right);
  }
  return 'operand' in expression && expression.operand !== undefined
    ? hasAggregate(expression.operand)
    : false;
}

/** Aggregates see all rows; `evaluate` reaches them through {@link Scope.aggregate}. */
function aggregateScope(rows: readonly Scope[], outer: Scope): Scope {
  return {
    ...outer,
    aggregate: (call) => {
      const name = call.name.toUpperCase();
      if (!aggregates.includes(name)) return undefined;
      if (call.star) return { type: sqlType.int, value: rows.length };
      const [operand] = call.args;
      if (!operand) throw sqlErrors.syntax(')', 1);
      const values = rows.map((row) => evaluate(operand, row)).filter((v) => v.value !== null);
      if (name === 'COUNT') return { type: sqlType.int, value: values.length };
      const sign = name === 'MAX' ? 1 : -1;
      let best: Typed | undefined;
      for (const value of values) {
        if (!best || sign * compareValues(value, best) > 0) best = value;
      }
      return best ?? { type: sqlType.int, value: null };
    },
  };
}

function resultOf(
  items: readonly Item[],
  results: readonly Typed[][],
  source: RowSet | undefined,
  outer: Scope,
): SelectResult {
  const assigning = items.filter((item) => item.assignTo !== undefined);
  if (assigning.length > 0) {
    if (assigning.length < items.length) {
      throw sqlErrors.notImplemented('a SELECT that both assigns variables and returns rows');
    }
    const last = results.at(-1);
    return {
      columns: [],
      rows: [],
      assignments: last
        ? items.map((item, at) => ({
            name: item.assignTo ?? '',
            value: last[at] ?? { type: sqlType.int, value: null },
          }))
        : [],
    };
  }
  const columns = items.map(({ name, expression }, at): Column => {
    const type = widest(results.map((row) => row[at])) ?? emptyType(expression, source, outer);
    return { name, type };
  });
  return {
    columns,
    rows: results.map((row) =>
      row.map((cell, at) => {
        const type = columns[at]?.type;
        return type === undefined || type === cell.type ? cell.value : convert(cell, type);
      }),
    ),
    assignments: [],
  };
}

/** Rows of one column may differ in length, which one column description must hold. */
function widest(cells: readonly (Typed | undefined)[]): Typed['type'] | undefined {
  let type: Typed['type'] | undefined;
  for (const cell of cells) {
    if (!cell) continue;
    if (!type) type = cell.type;
    else if ('length' in type && 'length' in cell.type && type.length !== 'max') {
      if (cell.type.length === 'max' || cell.type.length > type.length) type = cell.type;
    }
  }
  return type;
}

/** The type of a column without rows: from the source's column, else by evaluating on NULLs. */
function emptyType(
  expression: Expression,
  source: RowSet | undefined,
  outer: Scope,
): Typed['type'] {
  const nulls: Scope = {
    ...outer,
    column: (path) => {
      const name = path.at(-1)?.toLowerCase();
      const column = source?.columns.find((candidate) => candidate.name.toLowerCase() === name);
      return column && { type: column.type, value: null };
    },
  };
  return evaluate(expression, nulls).type;
}
