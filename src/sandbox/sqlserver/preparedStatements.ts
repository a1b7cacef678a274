import type { RpcParameter } from '../tds/session.js';
import { convert } from './convert.js';
import { tokenize } from './lexer.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { TokenStream } from './tokenStream.js';
import { parseType } from './typeParser.js';
import type { SqlType, Typed } from './types.js';

export interface Declaration {
  /** With its `@`. */
  readonly name: string;
  readonly type: SqlType;
  readonly output: boolean;
}

export type Prepared =
  | { readonly kind: 'text'; readonly text: string; readonly declarations: readonly Declaration[] }
  | { readonly kind: 'procedure'; readonly procedure: string };

const maxHandles = 1000;

/** What sp_prepare and its relatives keep for one session. */
export class PreparedStatements {
  readonly #byHandle = new Map<number, Prepared>();
  #next = 1;

  add(prepared: Prepared): number {
    if (this.#byHandle.size >= maxHandles) {
      throw new SqlError(701, 17, 123, 'There is insufficient system memory for more handles.');
    }
    const handle = this.#next++;
    this.#byHandle.set(handle, prepared);
    return handle;
  }

  get(handle: number): Prepared {
    const found = this.#byHandle.get(handle);
    if (!found) throw sqlErrors.handleNotFound(handle);
    return found;
  }

  remove(handle: number): boolean {
    return this.#byHandle.delete(handle);
  }

  clear(): void {
    this.#byHandle.clear();
  }
}

/** `@P1 tinyint, @name nvarchar(50) OUTPUT`. */
export function parseDeclarations(text: string): Declaration[] {
  const tokens = new TokenStream(tokenize(text));
  const declarations: Declaration[] = [];
  if (tokens.atEnd()) return declarations;
  do {
    const { kind, text: name } = tokens.current;
    if (kind !== 'variable') throw tokens.unexpected();
    tokens.take();
    tokens.skipWord('AS');
    const type = parseType(tokens);
    declarations.push({ name, type, output: tokens.skipWord('OUTPUT', 'OUT') });
  } while (tokens.skipSymbol(','));
  if (!tokens.atEnd()) throw tokens.unexpected();
  return declarations;
}

/** Values for declared parameters: by name where the client names them, else by position. */
export function bindDeclared(
  declarations: readonly Declaration[],
  values: readonly RpcParameter[],
): Map<string, Typed> {
  const bound = new Map<string, Typed>();
  declarations.forEach((declaration, at) => {
    const key = declaration.name.toLowerCase();
    const named = values.find((value) => value.name.toLowerCase() === key);
    const positional = values[at]?.name === '' ? values[at] : undefined;
    const value = named ?? positional;
    if (!value) {
      throw new SqlError(
        8178,
        16,
        1,
        `The parameterized query expects the parameter '${declaration.name}', which was not supplied.`,
      );
    }
    bound.set(key, { type: declaration.type, value: convert(value, declaration.type) });
  });
  return bound;
}
