import { isSystemDatabase } from './databases.js';

const longestName = 128;
/** A fixed language: in some, letters with an accent are letters of their own. */
const names = new Intl.Collator('en', { sensitivity: 'base' });

/** RDS takes names that differ by case or accent only as the same; SQL Server ignores blanks at the end. */
export const sameDatabaseName = (a: string, b: string) =>
  names.compare(a.trimEnd(), b.trimEnd()) === 0;

/**
 * Why a database cannot be created under `name`, as a sentence; undefined when it can.
 * @param existing the databases that are there
 */
export function databaseNameProblem(
  name: string,
  existing: readonly string[] = [],
): string | undefined {
  if (name.trim() === '') return 'Give the restored database a name.';
  if (name.length > longestName) {
    return `The database name has ${name.length} characters; SQL Server takes ${longestName}.`;
  }
  if (/[\u0000-\u001f\u007f]/.test(name)) {
    return 'The database name contains a control character, such as a line break.';
  }
  if (isSystemDatabase(name) || name.toLowerCase() === 'resource') {
    return `${name} is a system database of the instance; choose another name.`;
  }
  const taken = existing.find((other) => sameDatabaseName(other, name));
  return taken === undefined
    ? undefined
    : `The instance already has a database “${taken}”; choose another name.`;
}
