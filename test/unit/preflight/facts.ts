import type { KeyDescription } from '../../../src/core/aws/describeKey.js';
import type { Instance } from '../../../src/core/aws/instances.js';
import type {
  BackupHeader,
  BackupSet,
  MediaHeader,
  WarningCode,
} from '../../../src/core/backupFile/backupHeader.js';
import type { Envelope } from '../../../src/core/envelope/envelope.js';
import { readability } from '../../../src/core/envelope/readability.js';
import { inspectFile } from '../../../src/core/inspection/inspectFile.js';
import type { Inspection } from '../../../src/core/inspection/inspection.js';
import type { TaskRow } from '../../../src/core/nativeTasks/taskRow.js';
import type { RestoreFacts } from '../../../src/core/preflight/restoreFacts.js';
import { fixture } from '../../support/paths.js';
import { taskRow } from '../nativeTasks/tasks.js';

export const keyA = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-12ab-34cd-56ef-1234567890ab';
export const keyB = 'arn:aws:kms:eu-west-1:111122223333:key/bbbbbbbb-12ab-34cd-56ef-1234567890ab';
export const gib = 1024 ** 3;

const sample = await inspectFile(fixture('backups', 'mssql2016-full-compressed-northwind.bak'));
const realHeader = sample.header!;
const realSet = realHeader.sets[0]!;

export const instance: Instance = {
  id: 'prod',
  arn: 'arn:aws:rds:eu-west-1:111122223333:db:prod',
  region: 'eu-west-1',
  engine: 'sqlserver-se',
  edition: 'Standard Edition',
  engineVersion: '15.00.4415.2.v1',
  status: 'available',
  endpoint: { host: 'prod.example', port: 1433 },
  masterUsername: 'admin',
  masterSecret: undefined,
  multiAz: false,
  allocatedStorageGiB: 100,
  publiclyAccessible: false,
  optionGroups: [{ group: 'native', status: 'in-sync' }],
  backupRestore: { state: 'ready', optionGroup: 'native', roleArn: 'arn:aws:iam::1:role/r' },
};

export const key: KeyDescription = {
  arn: keyA,
  region: 'eu-west-1',
  state: 'Enabled',
  enabled: true,
  symmetric: true,
  multiRegion: false,
  manager: 'CUSTOMER',
  description: '',
};

export const v1: Envelope = {
  format: 'v1',
  cipher: 'AES/CBC/PKCS5Padding',
  iv: Buffer.alloc(16),
  materialDescription: {},
  wrap: { kind: 'kms', context: {} },
  wrappedKey: Buffer.alloc(184),
  plaintextLengthHint: undefined,
  source: 'metadata',
};

/** V2 as RDS's documentation allows it; its envelope names a key. */
export const v2 = (namedKey: string): Envelope => ({
  format: 'v2',
  cipher: 'AES/CBC/PKCS5Padding',
  iv: v1.iv,
  wrap: { kind: 'kms', context: { kms_cmk_id: namedKey } },
  wrappedKey: v1.wrappedKey,
  plaintextLengthHint: undefined,
  source: 'metadata',
});

export const header = (
  change: Omit<Partial<BackupHeader>, 'sets' | 'media'> & {
    set?: Partial<BackupSet>;
    media?: Partial<MediaHeader>;
    sets?: readonly BackupSet[];
  } = {},
): BackupHeader => {
  const { set, media, ...rest } = change;
  return {
    ...realHeader,
    sets: [{ ...realSet, ...set }],
    media: { ...realHeader.media!, ...media },
    ...rest,
  };
};

export const sets = (count: number) => Array.from({ length: count }, () => realSet);

export const warned = (code: WarningCode) =>
  header({ warnings: [{ code, message: `A warning of ${code}.` }] });

/** An encrypted object as `inspectObject` finds it; the key that wrapped its data key is keyA. */
export function file(
  o: {
    key?: string;
    size?: number;
    envelope?: Envelope | undefined;
    keyArn?: string | undefined;
    header?: BackupHeader | undefined;
    error?: unknown;
  } = {},
): Inspection {
  const envelope = 'envelope' in o ? o.envelope : v1;
  const content = 'header' in o ? o.header : header();
  const name = o.key ?? 'a.bak';
  return {
    location: `s3://backups/${name}`,
    object: {
      bucket: 'backups',
      key: name,
      size: o.size ?? 1_125_376,
      etag: '"e"',
      lastModified: undefined,
      partCount: undefined,
      metadata: {},
      serverSideEncryption: 'AES256',
      envelope,
    },
    facts: {
      readability: envelope && readability(envelope),
      keyArn: envelope && ('keyArn' in o ? o.keyArn : keyA),
      plaintextBytes: undefined,
    },
    ...(content !== undefined && { header: content }),
    ...(o.error !== undefined && { error: o.error }),
  };
}

export const oneFile = (o?: Parameters<typeof file>[0]): Pick<RestoreFacts, 'files'> => ({
  files: { location: 's3://backups/a.bak', count: 1, inspected: [file(o)] },
});

/** Files of one backup under a prefix. */
export function fileSet(
  headers: readonly BackupHeader[],
  count = headers.length,
): Partial<RestoreFacts> {
  return {
    restore: { databaseName: 'Sales', s3Arn: 'arn:aws:s3:::backups/a*', kmsKeyArn: keyA },
    files: {
      location: 's3://backups/a*',
      count,
      inspected: headers.map((each, index) => file({ key: `a${index}`, header: each })),
    },
  };
}

/** A task of another database that runs. */
export const task = (change: Partial<TaskRow>): TaskRow =>
  taskRow({ taskId: 1, databaseName: 'Other', ...change });

export const database = (name: string, state = 'ONLINE') => ({
  name,
  state,
  recoveryModel: 'FULL',
  createdAt: undefined,
});

const plan = { databaseName: 'Sales', s3Arn: 'arn:aws:s3:::backups/a.bak' };
export const withKey = { ...plan, kmsKeyArn: keyA };
export const withoutKey = plan;
export const differential = { ...withKey, type: 'DIFFERENTIAL' } as const;

/** All is well. */
export const good: RestoreFacts = {
  restore: withKey,
  instance,
  engine: {
    productVersion: '15.0.4415.2',
    productLevel: 'RTM',
    edition: 'Standard Edition (64-bit)',
    collation: undefined,
    serverName: undefined,
  },
  databases: [database('master'), database('Sales2')],
  tasks: [task({ lifecycle: 'SUCCESS', databaseName: 'Sales' })],
  bucket: { name: 'backups', region: 'eu-west-1' },
  key,
  ...oneFile(),
};
