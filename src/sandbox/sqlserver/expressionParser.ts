import type { Expression } from './ast.js';
import type { TokenStream } from './tokenStream.js';
import { parseType } from './typeParser.js';
import { sqlErrors } from './sqlError.js';
import { sqlType, type Typed } from './types.js';

/** Functions that T-SQL calls without parentheses. */
const bareFunctions = ['CURRENT_TIMESTAMP', 'CURRENT_USER', 'SYSTEM_USER', 'SESSION_USER', 'USER'];
const comparisons = ['=', '<>', '!=', '<', '<=', '>', '>=', '!<', '!>'];
const maxDepth = 200;

/** Recursive descent by precedence: OR, AND, NOT, predicates, + -, * / %, unary, primary. */
export function parseExpression(tokens: TokenStream, depth = 0): Expression {
  if (depth > maxDepth) throw sqlErrors.syntax('(', tokens.current.line);
  let left = parseAnd(tokens, depth);
  while (tokens.skipWord('OR')) left = binary('OR', left, parseAnd(tokens, depth));
  return left;
}

const binary = (operator: string, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
});

function parseAnd(tokens: TokenStream, depth: number): Expression {
  let left = parseNot(tokens, depth);
  while (tokens.skipWord('AND')) left = binary('AND', left, parseNot(tokens, depth));
  return left;
}

function parseNot(tokens: TokenStream, depth: number): Expression {
  if (depth > maxDepth) throw sqlErrors.syntax('NOT', tokens.current.line);
  if (tokens.skipWord('NOT')) return { kind: 'not', operand: parseNot(tokens, depth + 1) };
  return parsePredicate(tokens, depth);
}

function parsePredicate(tokens: TokenStream, depth: number): Expression {
  const operand = parseSum(tokens, depth);
  if (tokens.isSymbol(...comparisons)) {
    return binary(tokens.take().text, operand, parseSum(tokens, depth));
  }
  if (tokens.skipWord('IS')) {
    const negated = tokens.skipWord('NOT');
    tokens.expectWord('NULL');
    return { kind: 'isNull', operand, negated };
  }
  const negated = tokens.skipWord('NOT');
  if (tokens.skipWord('IN')) {
    tokens.expectSymbol('(');
    const list = parseList(tokens, depth);
    return { kind: 'in', operand, list, negated };
  }
  if (tokens.skipWord('LIKE')) {
    return { kind: 'like', operand, pattern: parseSum(tokens, depth), negated };
  }
  if (tokens.skipWord('BETWEEN')) {
    const low = parseSum(tokens, depth);
    tokens.expectWord('AND');
    const within = binary(
      'AND',
      binary('>=', operand, low),
      binary('<=', operand, parseSum(tokens, depth)),
    );
    return negated ? { kind: 'not', operand: within } : within;
  }
  if (negated) throw tokens.unexpected();
  return operand;
}

function parseSum(tokens: TokenStream, depth: number): Expression {
  let left = parseProduct(tokens, depth);
  while (tokens.isSymbol('+', '-', '||')) {
    const operator = tokens.take().text;
    left = binary(operator === '||' ? '+' : operator, left, parseProduct(tokens, depth));
  }
  return left;
}

function parseProduct(tokens: TokenStream, depth: number): Expression {
  let left = parseUnary(tokens, depth);
  while (tokens.isSymbol('*', '/', '%')) {
    left = binary(tokens.take().text, left, parseUnary(tokens, depth));
  }
  return left;
}

function parseUnary(tokens: TokenStream, depth: number): Expression {
  if (depth > maxDepth) throw sqlErrors.syntax('-', tokens.current.line);
  if (tokens.skipSymbol('-')) return { kind: 'negate', operand: parseUnary(tokens, depth + 1) };
  if (tokens.skipSymbol('+')) return parseUnary(tokens, depth + 1);
  return parsePrimary(tokens, depth + 1);
}

function parsePrimary(tokens: TokenStream, depth: number): Expression {
  const token = tokens.current;
  const literal = (value: Typed): Expression => {
    tokens.take();
    return { kind: 'literal', value };
  };
  switch (token.kind) {
    case 'number':
      return literal(numberLiteral(token.text));
    case 'string':
      return literal({ type: sqlType.varchar(lengthOf(token.text)), value: token.text });
    case 'nationalString':
      return literal({ type: sqlType.nvarchar(lengthOf(token.text)), value: token.text });
    case 'binary': {
      const bytes = Buffer.from(token.text.length % 2 ? `0${token.text}` : token.text, 'hex');
      return literal({ type: { kind: 'varbinary', length: lengthOf(bytes) }, value: bytes });
    }
    case 'variable':
      tokens.take();
      return { kind: 'variable', name: token.text, line: token.line };
    case 'symbol': {
      if (!tokens.skipSymbol('(')) throw tokens.unexpected();
      const inner = parseExpression(tokens, depth);
      tokens.expectSymbol(')');
      return inner;
    }
    case 'word':
    case 'quotedName':
      return parseNamed(tokens, depth);
    case 'end':
      throw tokens.unexpected();
  }
}

const lengthOf = (value: string | Buffer) =>
  value.length > 4000 ? 'max' : Math.max(1, value.length);

function numberLiteral(text: string): Typed {
  if (/e/i.test(text)) return { type: sqlType.float, value: Number(text) };
  if (text.includes('.')) {
    const [whole = '', fraction = ''] = text.split('.');
    const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, '') || '0';
    const type = {
      kind: 'decimal',
      precision: Math.max(digits.length, fraction.length, 1),
      scale: fraction.length,
    } as const;
    return { type, value: BigInt(digits) };
  }
  const value = BigInt(text);
  if (value <= 0x7fff_ffffn) return { type: sqlType.int, value: Number(value) };
  return { type: { kind: 'decimal', precision: text.length, scale: 0 }, value };
}

function parseNamed(tokens: TokenStream, depth: number): Expression {
  if (tokens.skipWord('NULL')) {
    return { kind: 'literal', value: { type: sqlType.int, value: null } };
  }
  if (tokens.isWord('CASE')) return parseCase(tokens, depth);
  if (tokens.isWord('CAST', 'TRY_CAST') && tokens.ahead(1).text === '(') {
    const lenient = tokens.take().text.toUpperCase() === 'TRY_CAST';
    tokens.expectSymbol('(');
    const operand = parseExpression(tokens, depth);
    tokens.expectWord('AS');
    const type = parseType(tokens);
    tokens.expectSymbol(')');
    return { kind: 'cast', operand, type, lenient };
  }
  if (tokens.isWord('CONVERT', 'TRY_CONVERT') && tokens.ahead(1).text === '(') {
    const lenient = tokens.take().text.toUpperCase() === 'TRY_CONVERT';
    tokens.expectSymbol('(');
    const type = parseType(tokens);
    tokens.expectSymbol(',');
    const operand = parseExpression(tokens, depth);
    // A style is accepted; the sandbox has one form for dates.
    if (tokens.skipSymbol(',')) parseExpression(tokens, depth);
    tokens.expectSymbol(')');
    return { kind: 'cast', operand, type, lenient };
  }
  const bare = tokens.current.text.toUpperCase();
  const path = tokens.path();
  if (tokens.skipSymbol('(')) {
    const name = path.join('.');
    if (tokens.skipSymbol('*')) {
      tokens.expectSymbol(')');
      return { kind: 'call', name, args: [], star: true };
    }
    return { kind: 'call', name, args: parseList(tokens, depth), star: false };
  }
  if (path.length === 1 && bareFunctions.includes(bare)) {
    return { kind: 'call', name: bare, args: [], star: false };
  }
  return { kind: 'column', path };
}

/** Expressions up to the closing parenthesis. */
export function parseList(tokens: TokenStream, depth = 0): Expression[] {
  const list: Expression[] = [];
  if (tokens.skipSymbol(')')) return list;
  do list.push(parseExpression(tokens, depth));
  while (tokens.skipSymbol(','));
  tokens.expectSymbol(')');
  return list;
}

function parseCase(tokens: TokenStream, depth: number): Expression {
  tokens.expectWord('CASE');
  const operand = tokens.isWord('WHEN') ? undefined : parseExpression(tokens, depth);
  const branches: { when: Expression; then: Expression }[] = [];
  while (tokens.skipWord('WHEN')) {
    const when = parseExpression(tokens, depth);
    tokens.expectWord('THEN');
    branches.push({ when, then: parseExpression(tokens, depth) });
  }
  const otherwise = tokens.skipWord('ELSE') ? parseExpression(tokens, depth) : undefined;
  tokens.expectWord('END');
  if (branches.length === 0) throw tokens.unexpected();
  return { kind: 'case', operand, branches, otherwise };
}
