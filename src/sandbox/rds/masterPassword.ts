import { randomUUID } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import { password } from '../state/identifiers.js';
import type { RdsService } from './rdsService.js';
import type { InstanceRecord } from './records.js';

/** Puts the password where Secrets Manager keeps it for RDS. */
export async function manageSecret(
  rds: RdsService,
  instance: InstanceRecord,
  kmsKeyId: string | undefined,
): Promise<void> {
  const { masterUsername: username, masterPassword } = instance;
  const secret = await rds.secrets.create(
    {
      name: `rds!db-${randomUUID()}`,
      region: instance.region,
      description: `Secret associated with primary RDS DB instance: ${instance.arn}`,
      kmsKeyId,
      owningService: 'rds',
      tags: [{ key: 'aws:rds:primaryDBInstanceArn', value: instance.arn }],
    },
    { text: JSON.stringify({ username, password: masterPassword }) },
  );
  instance.masterSecretArn = secret.arn;
}

/** Takes it out again. */
export async function dropSecret(rds: RdsService, instance: InstanceRecord): Promise<void> {
  const arn = instance.masterSecretArn;
  const secret = arn === undefined ? undefined : rds.secrets.find(instance.region, arn);
  instance.masterSecretArn = undefined;
  if (secret !== undefined) await rds.secrets.remove(secret);
}

/** The password a new instance is to have. */
export function masterPasswordOf(input: QueryInput): { masterPassword: string; managed: boolean } {
  const given = input.text('MasterUserPassword');
  const managed = input.flag('ManageMasterUserPassword') ?? false;
  if (managed && given !== undefined) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      "You can't specify MasterUserPassword when ManageMasterUserPassword is turned on.",
    );
  }
  if (managed) return { masterPassword: password(), managed };
  if (given === undefined) {
    throw new ServiceFailure(
      'InvalidParameterValue',
      'The parameter MasterUserPassword must be provided and must not be blank.',
    );
  }
  requirePassword(given);
  return { masterPassword: given, managed };
}

export function requirePassword(text: string): void {
  if (/^[\x21-\x7e]{8,128}$/.test(text) && !/[/"@]/.test(text)) return;
  throw invalid(
    'The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides ' +
      "'/', '@', '\"', ' ' may be used, 8 to 128 of them.",
  );
}

export function requireUsername(name: string): void {
  const reserved = ['sa', 'rdsa', 'rdsadmin', 'public', 'guest', 'dbo', 'sysadmin', 'root'];
  if (/^[A-Za-z]\w{0,127}$/.test(name) && !reserved.includes(name.toLowerCase())) return;
  throw invalid(
    `MasterUsername ${name} cannot be used as it is a reserved word used by the engine`,
  );
}

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
