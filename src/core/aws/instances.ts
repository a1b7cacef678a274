import type { DBInstance, OptionGroup, RDSClient } from '@aws-sdk/client-rds';
import { productName } from '../backupFile/describe.js';
import { EngineError } from '../errors.js';
import { awsFailure } from './awsErrors.js';
import {
  type BackupRestoreReadiness,
  type Membership,
  readiness,
} from './backupRestoreReadiness.js';
import type { AwsSession } from './session.js';

/** An RDS for SQL Server instance. */
export interface Instance {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  /** `sqlserver-ee`, `sqlserver-se`, `sqlserver-ex`, `sqlserver-web`… */
  readonly engine: string;
  /** For example `Standard Edition`. */
  readonly edition: string;
  /** For example `15.00.4415.2.v1`. */
  readonly engineVersion: string;
  /** `available`, `creating`, `stopped`… */
  readonly status: string;
  /** Missing while the instance is being created. */
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly masterUsername: string;
  /** Secret that holds the master password, when RDS manages it. */
  readonly masterSecret: { readonly arn: string; readonly status: string } | undefined;
  readonly multiAz: boolean;
  readonly allocatedStorageGiB: number;
  readonly publiclyAccessible: boolean;
  readonly optionGroups: readonly Membership[];
  readonly backupRestore: BackupRestoreReadiness;
}

const editions: Readonly<Record<string, string>> = {
  'sqlserver-ee': 'Enterprise Edition',
  'sqlserver-se': 'Standard Edition',
  'sqlserver-ex': 'Express Edition',
  'sqlserver-web': 'Web Edition',
  'sqlserver-dev-ee': 'Developer Edition',
};

/** `Standard Edition` for `sqlserver-se`; the engine itself where it is a new one. */
export const editionOf = (engine: string) => editions[engine] ?? engine;

/** `SQL Server 2019 Standard Edition 15.00.4415.2` */
export function engineText({ edition, engineVersion }: Instance): string {
  // RDS adds a revision of its own to the version.
  return `${productName(engineVersion)} ${edition} ${engineVersion.replace(/\.v\d+$/, '')}`;
}

/**
 * The SQL Server instances of the session's region, by id, with their readiness for native backup and
 * restore.
 * @throws EngineError `aws/…`
 */
export async function listInstances(
  session: AwsSession,
  signal?: AbortSignal,
): Promise<Instance[]> {
  const { paginateDescribeDBInstances } = await import('@aws-sdk/client-rds');
  const rds = await session.rds();
  const found: DBInstance[] = [];
  try {
    const pages = paginateDescribeDBInstances(
      { client: rds, pageSize: 100 },
      {},
      signal && { abortSignal: signal },
    );
    for await (const page of pages) {
      found.push(...(page.DBInstances ?? []).filter(isSqlServer));
    }
  } catch (error) {
    throw awsFailure(`Listing the instances in ${session.region}`, error);
  }
  const groups = await readOptionGroups(rds, found, signal);
  return found
    .map((instance) => describe(session, instance, groups))
    .sort((a, b) => a.id.localeCompare(b.id));
}

/**
 * One instance by its id.
 * @throws EngineError `rds/no-such-instance`, `rds/not-sql-server`, `aws/…`
 */
export async function describeInstance(
  session: AwsSession,
  id: string,
  signal?: AbortSignal,
): Promise<Instance> {
  const rds = await session.rds();
  const instance = await describeOne(rds, id, session.region, signal);
  if (!isSqlServer(instance)) {
    throw new EngineError(
      'rds/not-sql-server',
      `${id} is an instance of ${instance.Engine ?? 'another engine'}, not of SQL Server.`,
    );
  }
  return describe(session, instance, await readOptionGroups(rds, [instance], signal));
}

async function describeOne(rds: RDSClient, id: string, region: string, signal?: AbortSignal) {
  const { DescribeDBInstancesCommand } = await import('@aws-sdk/client-rds');
  const noSuch = (cause?: unknown) =>
    new EngineError('rds/no-such-instance', `There is no RDS instance “${id}” in ${region}.`, {
      cause,
    });
  try {
    const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
    const answer = await rds.send(command, signal && { abortSignal: signal });
    const [instance] = answer.DBInstances ?? [];
    if (!instance) throw noSuch();
    return instance;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('DBInstanceNotFound')) throw noSuch(error);
    throw awsFailure(`Looking up the instance ${id}`, error);
  }
}

/** True for the engines of RDS for SQL Server: `sqlserver-se`… */
export const isSqlServerEngine = (engine = '') => engine.startsWith('sqlserver-');

const isSqlServer = ({ Engine }: DBInstance) => isSqlServerEngine(Engine);

const membershipsOf = (instance: DBInstance): Membership[] =>
  (instance.OptionGroupMemberships ?? []).map(({ OptionGroupName, Status }) => ({
    group: OptionGroupName ?? '',
    status: Status ?? 'unknown',
  }));

/** Every option group once; an Error where it cannot be read, which must not hide the instances. */
async function readOptionGroups(
  rds: RDSClient,
  instances: readonly DBInstance[],
  signal?: AbortSignal,
): Promise<Map<string, OptionGroup | Error>> {
  const { DescribeOptionGroupsCommand } = await import('@aws-sdk/client-rds');
  const names = new Set(instances.flatMap(membershipsOf).map(({ group }) => group));
  const groups = new Map<string, OptionGroup | Error>();
  for (const name of names) {
    if (name === '' || name.startsWith('default:')) continue;
    try {
      const command = new DescribeOptionGroupsCommand({ OptionGroupName: name });
      const answer = await rds.send(command, signal && { abortSignal: signal });
      const [group] = answer.OptionGroupsList ?? [];
      if (group) groups.set(name, group);
    } catch (error) {
      const failure = awsFailure(`Reading option group ${name}`, error);
      if (failure.code === 'cancelled') throw failure;
      groups.set(name, failure);
    }
  }
  return groups;
}

function describe(
  session: AwsSession,
  instance: DBInstance,
  groups: ReadonlyMap<string, OptionGroup | Error>,
): Instance {
  const { Endpoint, MasterUserSecret, Engine = '' } = instance;
  const optionGroups = membershipsOf(instance);
  return {
    id: instance.DBInstanceIdentifier ?? '',
    arn: instance.DBInstanceArn ?? '',
    region: session.region,
    engine: Engine,
    edition: editionOf(Engine),
    engineVersion: instance.EngineVersion ?? '',
    status: instance.DBInstanceStatus ?? 'unknown',
    endpoint:
      Endpoint?.Address && Endpoint.Port
        ? { host: Endpoint.Address, port: Endpoint.Port }
        : undefined,
    masterUsername: instance.MasterUsername ?? '',
    masterSecret: MasterUserSecret?.SecretArn
      ? { arn: MasterUserSecret.SecretArn, status: MasterUserSecret.SecretStatus ?? 'unknown' }
      : undefined,
    multiAz: instance.MultiAZ ?? false,
    allocatedStorageGiB: instance.AllocatedStorage ?? 0,
    publiclyAccessible: instance.PubliclyAccessible ?? false,
    optionGroups,
    backupRestore: readiness(optionGroups, groups),
  };
}
