import { kmsFailure } from './kmsErrors.js';
import { regionOfKey } from './kmsKeyArn.js';
import type { AwsSession } from './session.js';

export interface KeyDescription {
  readonly arn: string;
  readonly region: string;
  readonly description: string | undefined;
  /** `Enabled`, `Disabled`, `PendingDeletion`… */
  readonly state: string;
  readonly enabled: boolean;
  /** Only symmetric encryption keys can wrap data keys, and only those work with RDS. */
  readonly symmetric: boolean;
  readonly multiRegion: boolean;
  /** `AWS` for the managed keys (`aws/s3`…), which native backup and restore cannot use. */
  readonly manager: string;
}

/**
 * KMS DescribeKey, by key id, alias (`alias/NAME`) or ARN.
 * @throws EngineError `kms/…`, `aws/…`
 */
export async function describeKey(
  session: AwsSession,
  keyId: string,
  signal?: AbortSignal,
): Promise<KeyDescription> {
  const region = regionOfKey(keyId) ?? session.region;
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms');
  const kms = await session.kms(region);
  try {
    const { KeyMetadata } = await kms.send(
      new DescribeKeyCommand({ KeyId: keyId }),
      signal && { abortSignal: signal },
    );
    const state = KeyMetadata?.KeyState ?? 'unknown';
    return {
      arn: KeyMetadata?.Arn ?? keyId,
      region,
      description: KeyMetadata?.Description || undefined,
      state,
      enabled: state === 'Enabled',
      symmetric: KeyMetadata?.KeySpec === 'SYMMETRIC_DEFAULT',
      multiRegion: KeyMetadata?.MultiRegion ?? false,
      manager: KeyMetadata?.KeyManager ?? 'CUSTOMER',
    };
  } catch (error) {
    throw kmsFailure(error, `Looking up the KMS key ${keyId}`, keyId);
  }
}
