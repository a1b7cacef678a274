import type { Statement, StatementParameter } from './statement.js';

/** A control character or a `$(`, which sqlcmd would replace; T-SQL joins lines after a backslash. */
const unsafeInLiteral = /[\u0000-\u001f\u007f\u0085\u2028\u2029]|\$(?=\()/g;

/**
 * The statement as T-SQL text for people: to copy into a query window or print. What the product
 * itself sends are bound parameters, never this text.
 */
export function renderStatement(statement: Statement): string {
  const { parameters } = statement;
  const declarations = parameters.filter(needsVariable).map(declare);
  const call =
    statement.kind === 'procedure'
      ? [`EXEC ${statement.procedure}`, ...argumentList(parameters)]
      : queryCall(statement.text, parameters);
  return [...declarations, `${call.join('\n')};`].join('\n');
}

function queryCall(text: string, parameters: readonly StatementParameter[]): string[] {
  if (parameters.length === 0) return [text];
  const types = parameters.map(({ name, type }) => `@${name} ${sqlType[type]}`).join(', ');
  const fixed = [`EXEC sp_executesql N'${double(text)}',`, `    N'${double(types)}',`];
  return [...fixed, ...argumentList(parameters)];
}

function argumentList(parameters: readonly StatementParameter[]): string[] {
  return parameters.map((parameter, index) => {
    const value = needsVariable(parameter) ? variableName(parameter) : literal(parameter.value);
    return `    @${parameter.name} = ${value}${index < parameters.length - 1 ? ',' : ''}`;
  });
}

function literal(value: StatementParameter['value']): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' ? String(value) : `N'${double(value)}'`;
}

const sqlType = {
  nvarchar: 'nvarchar(max)',
  int: 'int',
  bit: 'bit',
  datetime: 'datetime',
} as const satisfies Record<StatementParameter['type'], string>;

const double = (text: string) => text.replaceAll("'", "''");

/** EXEC takes constants and variables only, so a value that must be put together needs a variable. */
function needsVariable({ value }: StatementParameter): boolean {
  return typeof value === 'string' && value.search(unsafeInLiteral) >= 0;
}

const variableName = ({ name }: StatementParameter) => `@value_of_${name}`;

function declare(parameter: StatementParameter): string {
  const pieces: string[] = [];
  const text = String(parameter.value);
  let from = 0;
  for (const found of text.matchAll(unsafeInLiteral)) {
    if (found.index > from) pieces.push(`N'${double(text.slice(from, found.index))}'`);
    pieces.push(`NCHAR(${found[0].charCodeAt(0)})`);
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push(`N'${double(text.slice(from))}'`);
  return `DECLARE ${variableName(parameter)} ${sqlType[parameter.type]} = ${pieces.join(' + ')};`;
}
