/** Options that RDS for SQL Server offers (RDS User Guide, "Options for Microsoft SQL Server"). */
import { ServiceFailure } from '../contract.js';
import { editions, majorVersions } from './engineVersions.js';

export interface OptionSettingTemplate {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly defaultValue?: string;
  readonly allowedValues?: string;
  readonly kind: 'role-arn' | 'bucket-arn' | 'text';
}

export interface OptionTemplate {
  readonly name: string;
  readonly description: string;
  readonly persistent: boolean;
  readonly permanent: boolean;
  readonly settings: readonly OptionSettingTemplate[];
  readonly offers: (engine: string, major: string) => boolean;
}

const roleArn: OptionSettingTemplate = {
  name: 'IAM_ROLE_ARN',
  description: 'The ARN of the IAM role that gives access to the S3 bucket',
  required: true,
  kind: 'role-arn',
};

const catalogue: readonly OptionTemplate[] = [
  {
    name: 'SQLSERVER_BACKUP_RESTORE',
    description: 'SQL Server Backup and Restore',
    persistent: false,
    permanent: false,
    settings: [
      { ...roleArn, description: 'The ARN of the IAM role for native backup and restore' },
    ],
    offers: () => true,
  },
  {
    name: 'SQLSERVER_AUDIT',
    description: 'SQL Server Audit',
    persistent: false,
    permanent: false,
    settings: [
      roleArn,
      {
        name: 'S3_BUCKET_ARN',
        description: 'The ARN of the S3 bucket for audit logs',
        required: true,
        kind: 'bucket-arn',
      },
      {
        name: 'ENABLE_COMPRESSION',
        description: 'Compress audit logs',
        required: false,
        defaultValue: 'true',
        allowedValues: 'true,false',
        kind: 'text',
      },
      {
        name: 'RETENTION_TIME',
        description: 'Hours to keep audit logs on the instance',
        required: false,
        defaultValue: '0',
        allowedValues: '0-840',
        kind: 'text',
      },
    ],
    offers: () => true,
  },
  {
    name: 'TDE',
    description: 'SQL Server Transparent Data Encryption',
    persistent: true,
    permanent: false,
    settings: [],
    offers: (engine, major) =>
      engine === 'sqlserver-ee' || (engine === 'sqlserver-se' && major >= '15.00'),
  },
];

/** Options of an engine and major version. */
export function optionTemplates(engine: string, major: string | undefined): OptionTemplate[] {
  if (!editions.some((edition) => edition.engine === engine)) {
    throw new ServiceFailure(
      'InvalidParameterValue',
      `Invalid DB engine: ${engine}. The sandbox has SQL Server only.`,
    );
  }
  if (major !== undefined && !majorVersions.includes(major)) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      `Cannot find major version ${major} for ${engine}`,
    );
  }
  return catalogue.filter((option) =>
    major === undefined
      ? majorVersions.some((version) => option.offers(engine, version))
      : option.offers(engine, major),
  );
}
