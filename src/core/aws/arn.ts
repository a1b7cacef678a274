import { EngineError } from '../errors.js';

/** An Amazon Resource Name: `arn:partition:service:region:account:resource`. */
export interface Arn {
  /** `aws`, `aws-cn`, `aws-us-gov`, `aws-iso`… */
  readonly partition: string;
  readonly service: string;
  /** Empty for global resources such as IAM roles and S3 buckets. */
  readonly region: string;
  /** Twelve digits; empty for S3 buckets. */
  readonly account: string;
  /** Everything after the fifth colon; may itself contain colons. */
  readonly resource: string;
}

const arnForm = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):(.+)$/s;

/**
 * Splits an ARN; blanks around it (from a console or a mail) are dropped.
 * @throws EngineError `arn/malformed`
 */
export function parseArn(text: string): Arn {
  const [, partition, service, region, account, resource] = arnForm.exec(text.trim()) ?? [];
  if (partition && service && region !== undefined && account !== undefined && resource) {
    return { partition, service, region, account, resource };
  }
  throw new EngineError(
    'arn/malformed',
    `“${text}” is not an ARN. An ARN has six parts, for example arn:aws:s3:::bucket/key.`,
  );
}

export function formatArn(arn: Arn): string {
  return ['arn', arn.partition, arn.service, arn.region, arn.account, arn.resource].join(':');
}

/** ARN of an object (or, with a `*` at the end of `key`, of a set) in a general purpose bucket. */
export function s3ObjectArn(partition: string, bucket: string, key: string): string {
  return formatArn({
    partition,
    service: 's3',
    region: '',
    account: '',
    resource: `${bucket}/${key}`,
  });
}

/** Region prefix -> partition; every other region is in `aws`. */
const partitionPrefixes = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
] as const;

/** The partition that a region belongs to, for example `aws-cn` for `cn-north-1`. */
export function partitionOfRegion(region: string): string {
  return partitionPrefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
