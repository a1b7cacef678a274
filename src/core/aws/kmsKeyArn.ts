import { EngineError } from '../errors.js';
import { parseArn } from './arn.js';

export interface KmsKeyArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly kind: 'key' | 'alias';
  /** Key id (`mrk-…` for multi-Region keys) or alias name without `alias/`. */
  readonly id: string;
}

/**
 * Reads the ARN of a KMS key or alias.
 * @throws EngineError `arn/malformed`, `kms/not-a-key-arn`
 */
export function parseKmsKeyArn(text: string): KmsKeyArn {
  const { partition, service, region, account, resource } = parseArn(text);
  const [, kind, id] = /^(key|alias)\/([A-Za-z0-9/_-]+)$/.exec(resource) ?? [];
  if (service !== 'kms' || !region || !account || !kind || !id) {
    throw new EngineError(
      'kms/not-a-key-arn',
      `${text} is not the ARN of a KMS key. It should read arn:aws:kms:REGION:ACCOUNT:key/KEY-ID.`,
    );
  }
  return { partition, region, account, kind: kind === 'key' ? 'key' : 'alias', id };
}

/** The region in a key's ARN; undefined for a bare key id or alias, which lie in the caller's region. */
export function regionOfKey(keyId: string): string | undefined {
  return keyId.startsWith('arn:') ? parseKmsKeyArn(keyId).region : undefined;
}
