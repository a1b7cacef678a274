import type { Expression, Select, SelectItem, Source } from './ast.js';
import { parseExpression, parseList } from './expressionParser.js';
import { sqlErrors } from './sqlError.js';
import { parseVariable, statementWords } from './statementWords.js';
import type { TokenStream } from './tokenStream.js';

/** After the word SELECT. */
export function parseSelect(tokens: TokenStream): Select {
  tokens.skipWord('ALL');
  let top: Select['top'];
  if (tokens.skipWord('TOP')) {
    if (tokens.skipSymbol('(')) {
      top = parseExpression(tokens);
      tokens.expectSymbol(')');
    } else if (tokens.current.kind === 'number') top = parseExpression(tokens);
    else throw tokens.unexpected();
  }
  const items: SelectItem[] = [];
  do items.push(parseItem(tokens));
  while (tokens.skipSymbol(','));
  const from = tokens.skipWord('FROM') ? parseSource(tokens) : undefined;
  const where = tokens.skipWord('WHERE') ? parseExpression(tokens) : undefined;
  const orderBy: { by: Expression; descending: boolean }[] = [];
  if (tokens.skipWord('ORDER')) {
    tokens.expectWord('BY');
    do {
      const by = parseExpression(tokens);
      const descending = tokens.skipWord('DESC');
      if (!descending) tokens.skipWord('ASC');
      orderBy.push({ by, descending });
    } while (tokens.skipSymbol(','));
  }
  if (tokens.isWord(...joins, ...beyond) || tokens.isSymbol(',')) {
    const what = tokens.isSymbol(',') ? 'JOIN' : tokens.current.text.toUpperCase();
    throw sqlErrors.notImplemented(`${what} in a query`, tokens.current.line);
  }
  return {
    kind: 'select',
    items,
    orderBy,
    ...(top && { top }),
    ...(from && { from }),
    ...(where && { where }),
  };
}

/** Words that cannot be an alias without AS, because they go on with the query. */
const notAnAlias = ['FROM', 'WHERE', 'ORDER', 'GROUP', 'HAVING', 'UNION', 'FOR', 'OPTION', 'INTO'];
const beyond = [
  'GROUP',
  'HAVING',
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'FOR',
  'OPTION',
  'INTO',
  'OFFSET',
];
const joins = ['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'OUTER'];

function parseItem(tokens: TokenStream): SelectItem {
  if (tokens.skipSymbol('*')) return {};
  const qualifiedStar = tokens.ahead(1).text === '.' && tokens.ahead(2).text === '*';
  if (qualifiedStar && tokens.current.kind !== 'symbol') {
    tokens.take();
    tokens.take();
    tokens.take();
    return {};
  }
  const isAssignment = tokens.ahead(1).kind === 'symbol' && tokens.ahead(1).text === '=';
  if (isAssignment && tokens.current.kind === 'variable') {
    const assignTo = parseVariable(tokens);
    tokens.expectSymbol('=');
    return { assignTo, expression: parseExpression(tokens) };
  }
  if (isAssignment && ['word', 'quotedName', 'string'].includes(tokens.current.kind)) {
    const alias = tokens.take().text;
    tokens.expectSymbol('=');
    return { alias, expression: parseExpression(tokens) };
  }
  const expression = parseExpression(tokens);
  const alias = parseAlias(tokens);
  return { expression, ...(alias !== undefined && { alias }) };
}

function parseAlias(tokens: TokenStream): string | undefined {
  const { kind } = tokens.current;
  if (tokens.skipWord('AS')) {
    return ['string', 'nationalString'].includes(tokens.current.kind)
      ? tokens.take().text
      : tokens.name();
  }
  if (kind === 'string' || kind === 'quotedName') return tokens.take().text;
  if (kind !== 'word' || tokens.isWord(...notAnAlias, ...joins, ...statementWords))
    return undefined;
  return tokens.name();
}

function parseSource(tokens: TokenStream): Source {
  const path = tokens.path();
  const args = tokens.skipSymbol('(') ? parseList(tokens) : undefined;
  const alias = parseAlias(tokens);
  if (tokens.isWord('WITH') && tokens.ahead(1).text === '(') {
    tokens.take();
    tokens.take();
    while (!tokens.skipSymbol(')')) {
      if (tokens.atEnd()) throw tokens.unexpected();
      tokens.take();
    }
  }
  return { path, ...(args && { args }), ...(alias !== undefined && { alias }) };
}
