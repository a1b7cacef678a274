import { renderStatement } from '../../core/nativeTasks/renderStatement.js';
import type { Statement } from '../../core/nativeTasks/statement.js';
import { exitCode } from '../exitCode.js';
import type { Output } from '../terminal/output.js';

/** For `--print-sql`: the statement as text to run elsewhere. */
export function printSql(statement: Statement, output: Output) {
  const sql = renderStatement(statement);
  output.result({ sql }, () => sql);
  return exitCode.done;
}
