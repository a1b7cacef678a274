import { sqlErrors } from './sqlError.js';

export interface Token {
  readonly kind:
    | 'word'
    | 'quotedName'
    | 'string'
    | 'nationalString'
    | 'number'
    | 'binary'
    | 'variable'
    | 'symbol'
    | 'end';
  /** As written; names and strings without their quotes. */
  readonly text: string;
  readonly line: number;
}

const blank = /\s/;
const nameStart = /[\p{L}_#]/u;
const namePart = /[\p{L}\p{N}_@$#]/u;
const symbols = ['<>', '<=', '>=', '!=', '!<', '!>', '+=', '-=', '*=', '/=', '||'];

/** Cuts a T-SQL batch into tokens, without its comments. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const add = (kind: Token['kind'], value: string, end: number) => {
    tokens.push({ kind, text: value, line });
    for (; at < end; at++) if (text[at] === '\n') line++;
  };
  const skipTo = (end: number) => {
    for (; at < end; at++) if (text[at] === '\n') line++;
  };
  while (at < text.length) {
    const c = text.charAt(at);
    const two = text.slice(at, at + 2);
    if (blank.test(c) || c === '\u0000' || c === '\ufeff') skipTo(at + 1);
    else if (two === '--') {
      const end = text.indexOf('\n', at);
      skipTo(end < 0 ? text.length : end);
    } else if (two === '/*') skipTo(commentEnd(text, at, line));
    else if (c === "'") {
      const { value, end } = quoted(text, at, "'", line);
      add('string', value, end);
    } else if ((c === 'N' || c === 'n') && text[at + 1] === "'") {
      const { value, end } = quoted(text, at + 1, "'", line);
      add('nationalString', value, end);
    } else if (c === '[') {
      const { value, end } = quoted(text, at, ']', line);
      add('quotedName', value, end);
    } else if (c === '"') {
      const { value, end } = quoted(text, at, '"', line);
      add('quotedName', value, end);
    } else if (c === '@') {
      const end = scan(text, at + 1, namePart);
      add('variable', text.slice(at, end), end);
    } else if (/^0x/i.test(two)) {
      const end = scan(text, at + 2, /[0-9a-f]/i);
      add('binary', text.slice(at + 2, end), end);
    } else if (/\d/.test(c) || (c === '.' && /\d/.test(text.charAt(at + 1)))) {
      const number = /^\d*\.?\d*(e[+-]?\d+)?/i.exec(text.slice(at))?.[0] ?? c;
      add('number', number, at + number.length);
    } else if (nameStart.test(c)) {
      const end = scan(text, at, namePart);
      add('word', text.slice(at, end), end);
    } else {
      const symbol = symbols.includes(two) ? two : c;
      add('symbol', symbol, at + symbol.length);
    }
  }
  tokens.push({ kind: 'end', text: '', line });
  return tokens;
}

function scan(text: string, from: number, part: RegExp): number {
  let end = from;
  while (end < text.length && part.test(text.charAt(end))) end++;
  return end;
}

/** The closing quote is doubled to stand for itself. */
function quoted(text: string, open: number, close: string, line: number) {
  let value = '';
  let from = open + 1;
  for (;;) {
    const end = text.indexOf(close, from);
    if (end < 0) throw sqlErrors.unclosedQuote(text.slice(open + 1), line);
    value += text.slice(from, end);
    if (text[end + 1] !== close) return { value, end: end + 1 };
    value += close;
    from = end + 2;
  }
}

/** Comments of this kind nest in T-SQL. */
function commentEnd(text: string, open: number, line: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') {
      depth++;
      at++;
    } else if (two === '*/') {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  throw sqlErrors.syntax('/*', line);
}
