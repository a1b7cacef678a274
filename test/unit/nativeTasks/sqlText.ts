/**
 * Reads back string literals and constants of T-SQL text, by the rules of Transact-SQL: a quote inside
 * a literal is doubled, a backslash before a line end joins the lines, and sqlcmd replaces `$(NAME)`
 * everywhere. Written for the tests alone, so that it cannot share a mistake with the renderer.
 */
export type Token =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string };

export function tokens(sql: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const rest = sql.slice(at);
    const blank = /^\s+/.exec(rest);
    if (blank) {
      at += blank[0].length;
    } else if (/^N'/.test(rest)) {
      const [value, length] = literal(rest.slice(2));
      found.push({ kind: 'string', value });
      at += 2 + length;
    } else {
      const word = /^(?:[@\w.%]+|.)/s.exec(rest)?.[0] ?? '';
      found.push({ kind: 'word', value: word });
      at += word.length;
    }
  }
  return found;
}

function literal(text: string): [value: string, length: number] {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "'") {
      if (text[at + 1] !== "'") {
        if (value.includes('$(')) throw new Error('sqlcmd would replace this literal');
        return [value.replace(/\\\r?\n/g, ''), at + 1];
      }
      at++;
    }
    value += text[at] ?? '';
  }
  throw new Error('the literal has no end');
}

/** Values of the arguments `@name = …` of an EXEC, variables resolved by their DECLAREs. */
export function execArguments(sql: string): Map<string, string | null> {
  const all = tokens(sql);
  const start = all.findIndex((token) => token.kind === 'word' && token.value === 'EXEC');
  const variables = new Map<string, string>();
  let at = 0;
  const word = (index: number) => (all[index]?.kind === 'word' ? all[index].value : undefined);
  while (at < start) {
    // DECLARE @name nvarchar ( max ) = piece + piece ;
    const name = word(at + 1) ?? '';
    at = all.findIndex((token, index) => index > at && token.value === '=') + 1;
    let value = '';
    for (; word(at) !== ';'; at++) {
      const token = all[at];
      if (token?.kind === 'string') value += token.value;
      else if (token?.value === 'NCHAR') {
        value += String.fromCharCode(Number(word(at + 2)));
        at += 3;
      }
    }
    variables.set(name, value);
    at++;
  }
  const values = new Map<string, string | null>();
  for (at = start + 2; at < all.length && word(at)?.startsWith('@'); at += 4) {
    const token = all[at + 2];
    const name = (word(at) ?? '').slice(1);
    if (token?.kind === 'string') values.set(name, token.value);
    else if (token?.value === 'NULL') values.set(name, null);
    else values.set(name, variables.get(token?.value ?? '') ?? token?.value ?? '');
    const separator = word(at + 3);
    if (separator !== ',' && separator !== ';') throw new Error(`unexpected ${String(separator)}`);
    if (separator === ';' && at + 4 !== all.length) throw new Error('text after the statement');
  }
  return values;
}
