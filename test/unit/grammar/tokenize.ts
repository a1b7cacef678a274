import path from 'node:path';
import { createRegistry } from 'vscode-tmgrammar-test/dist/common/index.js';
import { root } from '../../support/paths.js';

export const scopeName = 'text.log.rds-task';
export const grammarFile = path.join('syntaxes', 'rds-task-log.tmLanguage.json');

/** A piece of a line with its scopes, the innermost last. */
export interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
}

/** The log language's grammar as VS Code runs it: tokens of a line that stands alone. */
export async function loadTokenizer(): Promise<(line: string) => Token[]> {
  const registry = createRegistry([{ path: path.join(root, grammarFile), scopeName }]);
  const grammar = await registry.loadGrammar(scopeName);
  if (!grammar) throw new Error(`There is no grammar ${scopeName}.`);
  return (line) =>
    grammar.tokenizeLine(line, null).tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes,
    }));
}

/** Ids of the catalogue's entries that colour something, `unknown` for trouble that none explains. */
export function failuresIn(tokens: readonly Token[]): string[] {
  const scopes = tokens.flatMap((token) => token.scopes);
  const ids = scopes.flatMap(
    (scope) => /^token\.(?:error|warn)-token\.([^.]+)/.exec(scope)?.[1] ?? [],
  );
  return [...new Set(ids)];
}
