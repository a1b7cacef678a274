import type { Option, OptionGroup } from '@aws-sdk/client-rds';
import { awsFailure } from './awsErrors.js';
import { backupRestoreRole } from './backupRestoreReadiness.js';
import { isSqlServerEngine } from './instances.js';
import type { AwsSession } from './session.js';

/** An option in an option group, for example `SQLSERVER_BACKUP_RESTORE`. */
export interface OptionEntry {
  readonly name: string;
  readonly description: string;
  /** Those that have a value. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** Stays until it is removed from every instance of the group. */
  readonly persistent: boolean;
  /** Can never be removed. */
  readonly permanent: boolean;
}

/** An option group for an engine of SQL Server. */
export interface SqlServerOptionGroup {
  readonly name: string;
  readonly arn: string;
  /** `sqlserver-se`… */
  readonly engine: string;
  /** `15.00` */
  readonly majorEngineVersion: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
  /** IAM role of `SQLSERVER_BACKUP_RESTORE`; undefined without the option, or when it names none. */
  readonly backupRestoreRole: string | undefined;
}

/**
 * The option groups for SQL Server in the session's region, by name.
 * @throws EngineError `aws/…`
 */
export async function listOptionGroups(
  session: AwsSession,
  signal?: AbortSignal,
): Promise<SqlServerOptionGroup[]> {
  const { paginateDescribeOptionGroups } = await import('@aws-sdk/client-rds');
  const client = await session.rds();
  const found: SqlServerOptionGroup[] = [];
  try {
    const pages = paginateDescribeOptionGroups(
      { client, pageSize: 100 },
      {},
      signal && { abortSignal: signal },
    );
    for await (const { OptionGroupsList = [] } of pages) {
      const ours = OptionGroupsList.filter(({ EngineName }) => isSqlServerEngine(EngineName));
      found.push(...ours.map(describe));
    }
  } catch (error) {
    throw awsFailure(`Listing the option groups in ${session.region}`, error);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

const describe = (group: OptionGroup): SqlServerOptionGroup => ({
  name: group.OptionGroupName ?? '',
  arn: group.OptionGroupArn ?? '',
  engine: group.EngineName ?? '',
  majorEngineVersion: group.MajorEngineVersion ?? '',
  description: group.OptionGroupDescription ?? '',
  options: (group.Options ?? []).map(describeOption),
  backupRestoreRole: backupRestoreRole(group) || undefined,
});

const describeOption = (option: Option): OptionEntry => ({
  name: option.OptionName ?? '',
  description: option.OptionDescription ?? '',
  settings: (option.OptionSettings ?? []).flatMap(({ Name, Value }) =>
    Name !== undefined && Value !== undefined && Value !== '' ? [{ name: Name, value: Value }] : [],
  ),
  persistent: option.Persistent ?? false,
  permanent: option.Permanent ?? false,
});
