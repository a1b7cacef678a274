import type { Token } from './lexer.js';
import { sqlErrors } from './sqlError.js';

/** A parser's view of the tokens: look, and take what matches. Keywords are case-insensitive. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.ahead(0);
  }

  ahead(distance: number): Token {
    const last = this.#tokens.length - 1;
    const token = this.#tokens[Math.min(this.#at + distance, last)];
    if (!token) throw new RangeError('no tokens');
    return token;
  }

  take(): Token {
    const token = this.current;
    this.#at++;
    return token;
  }

  atEnd(): boolean {
    return this.current.kind === 'end';
  }

  /** True when an unquoted word stands here. */
  isWord(...words: readonly string[]): boolean {
    const { kind, text } = this.current;
    return kind === 'word' && words.includes(text.toUpperCase());
  }

  isSymbol(...symbols: readonly string[]): boolean {
    return this.current.kind === 'symbol' && symbols.includes(this.current.text);
  }

  skipWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.#at++;
    return true;
  }

  skipSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#at++;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.skipSymbol(symbol)) throw this.unexpected();
  }

  expectWord(word: string): void {
    if (!this.skipWord(word)) throw this.unexpected();
  }

  /** A name, quoted or not. */
  name(): string {
    const { kind, text } = this.current;
    if (kind !== 'word' && kind !== 'quotedName') throw this.unexpected();
    this.#at++;
    return text;
  }

  /** `a.b.c`, also `a..c`, whose empty part stays empty. */
  path(): string[] {
    const parts = [this.name()];
    while (this.skipSymbol('.')) parts.push(this.isSymbol('.') ? '' : this.name());
    return parts;
  }

  unexpected() {
    const { text, line, kind } = this.current;
    const previous = this.#at > 0 ? this.#tokens[this.#at - 1]?.text : undefined;
    return sqlErrors.syntax(kind === 'end' ? (previous ?? '') : text, line);
  }
}
