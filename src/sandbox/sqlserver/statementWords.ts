import type { TokenStream } from './tokenStream.js';

/** Words that begin a statement, known to this sandbox or not: they end the one before. */
export const statementWords = [
  ...['SET', 'SELECT', 'EXEC', 'EXECUTE', 'USE', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SAVE', 'PRINT'],
  ...['WAITFOR', 'DECLARE', 'IF', 'ELSE', 'END', 'RAISERROR', 'THROW', 'WHILE', 'INSERT', 'UPDATE'],
  ...[
    'DELETE',
    'CREATE',
    'ALTER',
    'DROP',
    'TRUNCATE',
    'MERGE',
    'WITH',
    'BACKUP',
    'RESTORE',
    'DBCC',
  ],
  ...[
    'GRANT',
    'REVOKE',
    'DENY',
    'KILL',
    'SHUTDOWN',
    'RECONFIGURE',
    'GOTO',
    'RETURN',
    'OPEN',
    'FETCH',
  ],
  ...['BULK', 'CHECKPOINT', 'GO', 'DUMP', 'LOAD', 'CLOSE', 'DEALLOCATE', 'REVERT', 'TRY', 'CATCH'],
];

/** The name of a variable, with its `@`. */
export function parseVariable(tokens: TokenStream): string {
  if (tokens.current.kind !== 'variable') throw tokens.unexpected();
  return tokens.take().text;
}
