import { sqlErrors } from './sqlError.js';
import type { EnvironmentChange } from '../tds/tokens.js';

/** The open transaction of a session: its nesting count and the descriptor that clients echo. */
export class Transactions {
  #count = 0;
  #next = 1n;
  #descriptor = Buffer.alloc(8);
  /** SET IMPLICIT_TRANSACTIONS ON. */
  implicit = false;

  get count(): number {
    return this.#count;
  }

  begin(): EnvironmentChange[] {
    this.#count++;
    if (this.#count > 1) return [];
    this.#descriptor = Buffer.alloc(8);
    this.#descriptor.writeBigUInt64LE(this.#next++);
    return [{ kind: 'begin', descriptor: this.#descriptor }];
  }

  commit(): EnvironmentChange[] {
    if (this.#count === 0) throw sqlErrors.noTransaction('COMMIT');
    this.#count--;
    return this.#count > 0 ? [] : [{ kind: 'commit', descriptor: this.#descriptor }];
  }

  rollback(): EnvironmentChange[] {
    if (this.#count === 0) throw sqlErrors.noTransaction('ROLLBACK');
    this.#count = 0;
    return [{ kind: 'rollback', descriptor: this.#descriptor }];
  }

  /** With implicit transactions, a statement that touches data opens one. */
  beforeStatement(): EnvironmentChange[] {
    return this.implicit && this.#count === 0 ? this.begin() : [];
  }

  reset(): void {
    this.#count = 0;
    this.implicit = false;
  }
}
