import type { ManagedPolicy } from './records.js';

const allow = (...actions: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });

/** The policies of AWS's own that set-ups of this kind attach, with their essential statements. */
const documents: Readonly<Record<string, string>> = {
  AdministratorAccess: allow('*'),
  AmazonS3FullAccess: allow('s3:*', 's3-object-lambda:*'),
  AmazonS3ReadOnlyAccess: allow('s3:Get*', 's3:List*', 's3:Describe*'),
  AmazonRDSFullAccess: allow('rds:*', 'ec2:Describe*', 'iam:ListRoles'),
  AmazonRDSReadOnlyAccess: allow('rds:Describe*', 'rds:ListTagsForResource', 'ec2:Describe*'),
  SecretsManagerReadWrite: allow('secretsmanager:*', 'kms:DescribeKey', 'kms:ListAliases'),
  IAMFullAccess: allow('iam:*'),
};

const since = '2015-02-06T18:40:00.000Z';

export function managedByAws(arn: string): ManagedPolicy | undefined {
  const name = /^arn:aws:iam::aws:policy\/([\w+=,.@-]+)$/.exec(arn)?.[1] ?? '';
  const document = Object.hasOwn(documents, name) ? documents[name] : undefined;
  if (document === undefined) return undefined;
  return {
    name,
    id: `ANPA${name.toUpperCase().slice(0, 16).padEnd(16, 'A')}`,
    arn,
    path: '/',
    description: '',
    createdAt: since,
    updatedAt: since,
    defaultVersion: 'v1',
    versions: [{ id: 'v1', document, createdAt: since }],
  };
}

export const awsManagedPolicyArns = Object.keys(documents).map(
  (name) => `arn:aws:iam::aws:policy/${name}`,
);
