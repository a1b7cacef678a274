import type { TokenStream } from './tokenStream.js';
import { SqlError } from './sqlError.js';
import type { Length, SqlType } from './types.js';

/** A data type as T-SQL writes it: `nvarchar(max)`, `decimal(9, 2)`, `int`. */
export function parseType(tokens: TokenStream): SqlType {
  const { line } = tokens.current;
  const name = (tokens.path().at(-1) ?? '').toLowerCase();
  const size = parseSize(tokens);
  const [first, second] = size;
  const count = (fallback: number) => (typeof first === 'number' ? first : fallback);
  const length = (fallback: number): Length => first ?? fallback;
  switch (name) {
    case 'bit':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'real':
    case 'money':
    case 'datetime':
    case 'date':
    case 'uniqueidentifier':
    case 'sql_variant':
      return { kind: name };
    case 'float':
      return { kind: count(53) <= 24 ? 'real' : 'float' };
    case 'integer':
      return { kind: 'int' };
    case 'smalldatetime':
      return { kind: 'datetime' };
    case 'smallmoney':
      return { kind: 'money' };
    case 'decimal':
    case 'numeric':
      return {
        kind: 'decimal',
        precision: count(18),
        scale: typeof second === 'number' ? second : 0,
      };
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return { kind: name, scale: count(7) };
    case 'sysname':
      return { kind: 'nvarchar', length: 128 };
    case 'varchar':
    case 'nvarchar':
    case 'char':
    case 'nchar':
      return { kind: name, length: length(30) };
    case 'varbinary':
    case 'binary':
      return { kind: 'varbinary', length: length(30) };
    case 'text':
      return { kind: 'varchar', length: 'max' };
    case 'ntext':
      return { kind: 'nvarchar', length: 'max' };
    default:
      throw new SqlError(
        2715,
        16,
        3,
        `Column, parameter, or variable #1: Cannot find data type ${name}.`,
        line,
      );
  }
}

function parseSize(tokens: TokenStream): (number | 'max')[] {
  if (!tokens.skipSymbol('(')) return [];
  const size: (number | 'max')[] = [];
  do {
    if (tokens.skipWord('MAX')) size.push('max');
    else if (tokens.current.kind === 'number') size.push(Number(tokens.take().text));
    else throw tokens.unexpected();
  } while (tokens.skipSymbol(','));
  tokens.expectSymbol(')');
  return size;
}
