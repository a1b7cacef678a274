import type { SqlType, Typed } from './types.js';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Typed }
  | { readonly kind: 'variable'; readonly name: string; readonly line: number }
  | { readonly kind: 'column'; readonly path: readonly string[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      /** `COUNT(*)`. */
      readonly star: boolean;
    }
  | {
      readonly kind: 'cast';
      readonly operand: Expression;
      readonly type: SqlType;
      /** TRY_CAST: NULL instead of an error. */
      readonly lenient: boolean;
    }
  | { readonly kind: 'negate' | 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'isNull'; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly kind: 'in';
      readonly operand: Expression;
      readonly list: readonly Expression[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'like';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'case';
      readonly operand: Expression | undefined;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    };

export interface SelectItem {
  /** `*` or `alias.*` when absent. */
  readonly expression?: Expression;
  readonly alias?: string;
  /** `SELECT @x = …` */
  readonly assignTo?: string;
}

export interface Source {
  readonly path: readonly string[];
  /** Arguments of a table function; absent for a view. */
  readonly args?: readonly Expression[];
  readonly alias?: string;
}

export interface Select {
  readonly kind: 'select';
  readonly top?: Expression;
  readonly items: readonly SelectItem[];
  readonly from?: Source;
  readonly where?: Expression;
  readonly orderBy: readonly { readonly by: Expression; readonly descending: boolean }[];
}

export interface ExecuteArgument {
  /** With its `@`; absent for a positional argument. */
  readonly name?: string;
  /** Absent for DEFAULT. */
  readonly value?: Expression;
  readonly output: boolean;
}

export interface Execute {
  readonly kind: 'execute';
  readonly procedure: readonly string[];
  readonly args: readonly ExecuteArgument[];
  /** `EXEC @status = …` */
  readonly statusTo?: string;
}

/** What RDS lets nobody do: BACKUP and RESTORE of a database or its log. */
export interface Denied {
  readonly kind: 'denied';
  readonly verb: 'BACKUP' | 'RESTORE';
  readonly what: 'DATABASE' | 'LOG';
  readonly database: Expression;
}

type Body =
  | Select
  | Execute
  | {
      readonly kind: 'declare';
      readonly name: string;
      readonly type: SqlType;
      readonly value?: Expression;
    }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'setOption'; readonly words: readonly string[] }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'waitfor'; readonly delay: Expression }
  | { readonly kind: 'raiserror'; readonly args: readonly Expression[] }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | Denied
  | { readonly kind: 'unsupported'; readonly what: string };

export type Statement = Body & { readonly line: number };
