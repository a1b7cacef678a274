import { partitionOfRegion } from './arn.js';
import { parseKmsKeyArn } from './kmsKeyArn.js';

/** What can be looked at in the AWS web console. */
export type ConsoleTarget =
  | { readonly kind: 'instance'; readonly region: string; readonly id: string }
  | { readonly kind: 'option-group'; readonly region: string; readonly name: string }
  | { readonly kind: 'bucket'; readonly region: string; readonly bucket: string }
  | {
      readonly kind: 'prefix' | 'object';
      readonly region: string;
      readonly bucket: string;
      readonly key: string;
    }
  | { readonly kind: 'kms-key'; readonly arn: string };

const domains: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * The page of the AWS web console about `target`; undefined in partitions whose console is not public.
 * @throws EngineError `arn/malformed`, `kms/not-a-key-arn`
 */
export function consoleUrl(target: ConsoleTarget): string | undefined {
  const region = target.kind === 'kms-key' ? parseKmsKeyArn(target.arn).region : target.region;
  const domain = domains[partitionOfRegion(region)];
  return domain === undefined ? undefined : `https://${region}.${domain}${page(target, region)}`;
}

function page(target: ConsoleTarget, region: string): string {
  const encoded = encodeURIComponent;
  switch (target.kind) {
    case 'instance':
      return `/rds/home?region=${region}#database:id=${encoded(target.id)};is-cluster=false`;
    case 'option-group':
      return (
        `/rds/home?region=${region}` +
        `#option-group-details:option-group-name=${encoded(target.name)}`
      );
    case 'bucket':
      return `/s3/buckets/${encoded(target.bucket)}?region=${region}`;
    case 'prefix':
      return `/s3/buckets/${encoded(target.bucket)}?region=${region}&prefix=${encoded(target.key)}`;
    case 'object':
      return `/s3/object/${encoded(target.bucket)}?region=${region}&prefix=${encoded(target.key)}`;
    case 'kms-key': {
      const { kind, id } = parseKmsKeyArn(target.arn);
      // The console has no page of one alias; the list of keys shows them.
      return `/kms/home?region=${region}#/kms/keys${kind === 'key' ? `/${encoded(id)}` : ''}`;
    }
  }
}
