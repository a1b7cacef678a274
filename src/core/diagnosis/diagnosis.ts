import type { CatalogueEntry } from './catalogue.js';

/** What a failure means and what to do. */
export interface Diagnosis {
  /** Id of the catalogue entry. */
  readonly id: string;
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  readonly severity: CatalogueEntry['severity'];
  readonly role: CatalogueEntry['role'];
  readonly stage: CatalogueEntry['stage'];
  /** Values found in the message: key, database, volume… */
  readonly captured: Readonly<Record<string, string>>;
  /** What is off in this very situation, with the actual values. */
  readonly situationNotes: readonly string[];
}
