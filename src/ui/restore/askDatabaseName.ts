import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { databaseNameProblem } from '../../core/sql/databaseName.js';
import { failureSentence } from '../failures/failureSentence.js';
import type { StepInput } from '../input/steps.js';
import type { Services } from '../services.js';

/** Asks for the name of the new database; what RDS would refuse is told while typing. */
export async function askDatabaseName(
  services: Services,
  input: StepInput,
  instance: Instance,
  value: string,
): Promise<string> {
  const taken = namesOn(services, instance);
  return input.text({
    prompt: vscode.l10n.t('Name of the new database on {0}', instance.id),
    value,
    problem: async (name) => databaseNameProblem(name) ?? databaseNameProblem(name, await taken),
  });
}

/** Without the list the checks before the restore and the server itself still see to the name. */
async function namesOn({ logins, log }: Services, instance: Instance): Promise<string[]> {
  const [{ connected }, { listDatabases }] = await Promise.all([
    import('../../core/sql/connected.js'),
    import('../../core/sql/databases.js'),
  ]);
  try {
    const databases = await connected(
      () => logins.connect(instance, { interactive: false }),
      (connection) => listDatabases(connection),
    );
    return databases.map(({ name }) => name);
  } catch (error) {
    log.info(`Databases of ${instance.id}: ${failureSentence(error)}`);
    return [];
  }
}
