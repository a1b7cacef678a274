import type { Denied, Execute, ExecuteArgument, Expression, Statement } from './ast.js';
import { parseExpression, parseList } from './expressionParser.js';
import { tokenize } from './lexer.js';
import { parseSelect } from './selectParser.js';
import { parseVariable, statementWords } from './statementWords.js';
import { TokenStream } from './tokenStream.js';
import { parseType } from './typeParser.js';
import { sqlType } from './types.js';

/** Parses a whole batch before any of it runs, as SQL Server does. @throws SqlError 102 and the like */
export function parseBatch(text: string): Statement[] {
  const tokens = new TokenStream(tokenize(text));
  const statements: Statement[] = [];
  let first = true;
  for (;;) {
    while (tokens.skipSymbol(';'));
    if (tokens.atEnd()) return statements;
    statements.push(...parseStatement(tokens, first));
    first = false;
  }
}

function parseStatement(tokens: TokenStream, first: boolean): Statement[] {
  const { line, kind } = tokens.current;
  const one = (body: WithoutLine): Statement[] => [{ ...body, line }];
  if (tokens.skipWord('SELECT')) return one(parseSelect(tokens));
  if (tokens.skipWord('EXEC', 'EXECUTE')) return one(parseExecute(tokens));
  if (tokens.skipWord('DECLARE')) return parseDeclare(tokens, line);
  if (tokens.skipWord('SET')) return one(parseSet(tokens));
  if (tokens.skipWord('USE')) return one({ kind: 'use', database: tokens.name() });
  if (tokens.skipWord('PRINT')) return one({ kind: 'print', value: parseExpression(tokens) });
  if (tokens.skipWord('IF')) return one(parseIf(tokens));
  if (tokens.isWord('WAITFOR')) {
    tokens.take();
    tokens.expectWord('DELAY');
    return one({ kind: 'waitfor', delay: parseExpression(tokens) });
  }
  if (tokens.skipWord('RAISERROR')) {
    tokens.expectSymbol('(');
    const args = parseList(tokens);
    if (tokens.skipWord('WITH')) tokens.name();
    return one({ kind: 'raiserror', args });
  }
  const transaction = parseTransaction(tokens);
  if (transaction) return one({ kind: transaction });
  if (tokens.isWord('BEGIN')) return parseBlock(tokens);
  const denied = parseBackupOrRestore(tokens);
  if (denied) return one(denied);
  if (tokens.isWord(...statementWords)) {
    const what = tokens.current.text.toUpperCase();
    while (!tokens.atEnd()) tokens.take();
    return one({ kind: 'unsupported', what });
  }
  // The first statement of a batch may call a procedure without EXEC.
  if (first && (kind === 'word' || kind === 'quotedName')) return one(parseExecute(tokens));
  throw tokens.unexpected();
}

type WithoutLine = Statement extends infer S
  ? S extends Statement
    ? Omit<S, 'line'>
    : never
  : never;

function parseTransaction(tokens: TokenStream): 'begin' | 'commit' | 'rollback' | undefined {
  const isTransaction = (distance: number) =>
    /^(tran|transaction)$/i.test(tokens.ahead(distance).text) &&
    tokens.ahead(distance).kind === 'word';
  if (tokens.isWord('BEGIN')) {
    if (!isTransaction(1)) return undefined;
    tokens.take();
    tokens.take();
    skipTransactionName(tokens);
    return 'begin';
  }
  if (!tokens.isWord('COMMIT', 'ROLLBACK')) return undefined;
  const verb = tokens.take().text.toUpperCase();
  if (isTransaction(0)) {
    tokens.take();
    skipTransactionName(tokens);
  } else tokens.skipWord('WORK');
  return verb === 'COMMIT' ? 'commit' : 'rollback';
}

/** Its source, target and options do not matter: it is refused before they are looked at. */
function parseBackupOrRestore(tokens: TokenStream): Denied | undefined {
  if (!tokens.isWord('BACKUP', 'RESTORE') || tokens.ahead(1).kind !== 'word') return undefined;
  const what = tokens.ahead(1).text.toUpperCase();
  if (what !== 'DATABASE' && what !== 'LOG') return undefined;
  const verb = tokens.take().text.toUpperCase() === 'BACKUP' ? 'BACKUP' : 'RESTORE';
  tokens.take();
  const isVariable = tokens.current.kind === 'variable';
  const name = isVariable ? undefined : tokens.name();
  const database: Expression =
    name === undefined
      ? parseExpression(tokens)
      : { kind: 'literal', value: { type: sqlType.nvarchar(128), value: name } };
  while (!tokens.atEnd() && !tokens.isSymbol(';')) tokens.take();
  return { kind: 'denied', verb, what, database };
}

function skipTransactionName(tokens: TokenStream): void {
  const { kind } = tokens.current;
  const isName = kind === 'quotedName' || kind === 'variable' || kind === 'word';
  if (isName && !tokens.isWord(...statementWords)) tokens.take();
}

function parseBlock(tokens: TokenStream): Statement[] {
  const { line } = tokens.current;
  tokens.expectWord('BEGIN');
  if (tokens.isWord('TRY', 'CATCH')) {
    while (!tokens.atEnd()) tokens.take();
    return [{ kind: 'unsupported', what: 'BEGIN TRY', line }];
  }
  const statements: Statement[] = [];
  for (;;) {
    while (tokens.skipSymbol(';'));
    if (tokens.skipWord('END')) return statements;
    if (tokens.atEnd()) throw tokens.unexpected();
    statements.push(...parseStatement(tokens, false));
  }
}

function parseIf(tokens: TokenStream): WithoutLine {
  const condition = parseExpression(tokens);
  const then = parseStatement(tokens, false);
  while (tokens.isSymbol(';') && tokens.ahead(1).text.toUpperCase() === 'ELSE') tokens.take();
  const otherwise = tokens.skipWord('ELSE') ? parseStatement(tokens, false) : [];
  return { kind: 'if', condition, then, otherwise };
}

function parseDeclare(tokens: TokenStream, line: number): Statement[] {
  const statements: Statement[] = [];
  do {
    const name = parseVariable(tokens);
    tokens.skipWord('AS');
    const type = parseType(tokens);
    const value = tokens.skipSymbol('=') ? parseExpression(tokens) : undefined;
    statements.push({ kind: 'declare', name, type, line, ...(value && { value }) });
  } while (tokens.skipSymbol(','));
  return statements;
}

function parseSet(tokens: TokenStream): WithoutLine {
  if (tokens.current.kind === 'variable') {
    const name = parseVariable(tokens);
    tokens.expectSymbol('=');
    return { kind: 'assign', name, value: parseExpression(tokens) };
  }
  const words: string[] = [];
  while (!tokens.atEnd() && !tokens.isSymbol(';') && !tokens.isWord(...statementWords)) {
    words.push(tokens.take().text.toUpperCase());
  }
  if (words.length === 0) throw tokens.unexpected();
  return { kind: 'setOption', words };
}

function parseExecute(tokens: TokenStream): Execute {
  let statusTo: string | undefined;
  if (tokens.current.kind === 'variable') {
    statusTo = parseVariable(tokens);
    tokens.expectSymbol('=');
  }
  const procedure = tokens.path();
  const args: ExecuteArgument[] = [];
  if (startsArgument(tokens)) {
    do args.push(parseArgument(tokens));
    while (tokens.skipSymbol(','));
  }
  return { kind: 'execute', procedure, args, ...(statusTo !== undefined && { statusTo }) };
}

function startsArgument(tokens: TokenStream): boolean {
  if (tokens.atEnd() || tokens.isSymbol(';')) return false;
  return !tokens.isWord(...statementWords);
}

function parseArgument(tokens: TokenStream): ExecuteArgument {
  const named = tokens.current.kind === 'variable' && tokens.ahead(1).text === '=';
  const name = named ? parseVariable(tokens) : undefined;
  if (named) tokens.expectSymbol('=');
  if (tokens.skipWord('DEFAULT')) return { output: false, ...(name !== undefined && { name }) };
  // An argument is a constant or a variable; a bare word counts as a string.
  const bareWord = tokens.current.kind === 'word' && !tokens.isWord('NULL');
  const value = bareWord
    ? ({
        kind: 'literal',
        value: { type: { kind: 'nvarchar', length: 4000 }, value: tokens.take().text },
      } as const)
    : parseExpression(tokens);
  const output = tokens.skipWord('OUTPUT', 'OUT');
  return { value, output, ...(name !== undefined && { name }) };
}
