/** SQL Server data types, as columns, parameters and expressions carry them. */
export type SqlType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'datetime2' | 'datetimeoffset'; readonly scale: number }
  | { readonly kind: StringKind; readonly length: Length }
  | { readonly kind: 'varbinary'; readonly length: Length };

export type SimpleKind =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'real'
  | 'float'
  | 'money'
  | 'datetime'
  | 'date'
  | 'uniqueidentifier'
  | 'sql_variant';
export type StringKind = 'varchar' | 'nvarchar' | 'char' | 'nchar';
/** Characters (bytes for varbinary), or the unlimited form. */
export type Length = number | 'max';

/**
 * A value by its type: integers up to int, real and float `number`; bigint, and decimal and money as
 * their unscaled integer, `bigint`; text and GUIDs `string`; all dates and times `Date` read in UTC.
 */
export type SqlValue = null | boolean | number | bigint | string | Date | Buffer | Typed;

/** A value that knows its type: expressions, parameters, and what a sql_variant holds. */
export interface Typed {
  readonly type: SqlType;
  readonly value: SqlValue;
}

export interface Column {
  readonly name: string;
  readonly type: SqlType;
}

const simple = (kind: SimpleKind): SqlType => ({ kind });

export const sqlType = {
  bit: simple('bit'),
  tinyint: simple('tinyint'),
  int: simple('int'),
  bigint: simple('bigint'),
  float: simple('float'),
  datetime: simple('datetime'),
  uniqueidentifier: simple('uniqueidentifier'),
  variant: simple('sql_variant'),
  varchar: (length: Length): SqlType => ({ kind: 'varchar', length }),
  nvarchar: (length: Length): SqlType => ({ kind: 'nvarchar', length }),
} as const;

/** SQL Server's sysname. */
export const sysname = sqlType.nvarchar(128);

export const isString = (type: SqlType): type is Extract<SqlType, { kind: StringKind }> =>
  type.kind === 'varchar' ||
  type.kind === 'nvarchar' ||
  type.kind === 'char' ||
  type.kind === 'nchar';

/** The type as T-SQL writes it, as messages name it: `int`, `nvarchar`. */
export const typeName = (type: SqlType): string =>
  type.kind === 'decimal' ? 'numeric' : type.kind;
