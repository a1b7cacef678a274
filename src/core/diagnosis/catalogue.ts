import { readFileSync } from 'node:fs';

/** One known failure of `failure-catalogue.json`. */
export interface CatalogueEntry {
  readonly id: string;
  /** Where it usually shows: a hint, not a filter. */
  readonly stage: 'task' | 'submit' | 'aws' | 'connect';
  /** A symptom accompanies failures of many causes; it is shown only when no cause is known. */
  readonly role: 'cause' | 'symptom';
  readonly title: string;
  /** Regular expression for whitespace-collapsed text, case ignored. */
  readonly pattern: string;
  readonly sample: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly cause: string;
  readonly fix: string;
  readonly source: string;
  readonly confidence: string;
  readonly evidence: 'verbatim' | 'template' | 'reproduced' | 'recalled';
  readonly sqlError?: number;
  readonly driverCode?: string;
}

export interface KnownFailure extends CatalogueEntry {
  readonly regex: RegExp;
}

let loaded: readonly KnownFailure[] | undefined;

/** The catalogue in its order: specific first, symptoms last. Read on first use. */
export function catalogue(): readonly KnownFailure[] {
  loaded ??= readEntries().map((entry) => ({ ...entry, regex: new RegExp(entry.pattern, 'i') }));
  return loaded;
}

function readEntries(): readonly CatalogueEntry[] {
  const file = new URL('./failure-catalogue.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as CatalogueEntry[];
}
