/** One line of an account: an English label and its value as plain text. */
export type Fact = readonly [label: string, value: string];

/** Keeps the facts that are known. */
export const knownFacts = (
  facts: readonly (readonly [label: string, value: string | null | undefined])[],
): Fact[] =>
  facts.flatMap(([label, value]): Fact[] =>
    value === null || value === undefined || value === '' ? [] : [[label, value]],
  );
