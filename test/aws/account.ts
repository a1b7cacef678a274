import { s3ObjectArn } from '../../src/core/aws/arn.js';
import { describeInstance, type Instance } from '../../src/core/aws/instances.js';
import { keyArn } from '../../src/core/aws/keyArn.js';
import { type Bucket, openBucket } from '../../src/core/aws/openBucket.js';
import { type AwsSession, openSession } from '../../src/core/aws/session.js';
import { EngineError } from '../../src/core/errors.js';
import type { Connect } from '../../src/core/sql/connected.js';
import { connect } from '../../src/core/sql/connection.js';
import { masterPassword } from '../../src/core/sql/masterPassword.js';

export interface AccountOptions {
  readonly instance: string;
  readonly bucket: string;
  readonly kmsKey: string;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly caFile?: string | undefined;
}

/** The resources of the user's account that are worked with. Finding them changes nothing. */
export interface Account extends Pick<Bucket, 's3' | 'keys'> {
  readonly session: AwsSession;
  readonly instance: Instance;
  readonly connect: Connect;
  readonly bucket: string;
  readonly kmsKeyArn: string;
  readonly arn: (key: string) => string;
}

/** @throws EngineError when one of them is missing or may not be used */
export async function openAccount(o: AccountOptions, signal: AbortSignal): Promise<Account> {
  const session = await openSession({ profile: o.profile, region: o.region });
  try {
    const instance = await describeInstance(session, o.instance, signal);
    const { s3, keys, region } = await openBucket(session, o.bucket, signal);
    if (region !== session.region) {
      throw new EngineError(
        'verify/bucket-elsewhere',
        `The bucket ${o.bucket} is in ${region}, the instance in ${session.region}. RDS restores within one Region: name a bucket there.`,
      );
    }
    return {
      ...{ session, instance, s3, keys, bucket: o.bucket },
      kmsKeyArn: await keyArn(session, o.kmsKey, signal),
      connect: connection(session, instance, o.caFile),
      arn: (key) => s3ObjectArn(session.partition, o.bucket, key),
    };
  } catch (error) {
    session.dispose();
    throw error;
  }
}

function connection(session: AwsSession, instance: Instance, caFile?: string): Connect {
  const { endpoint, id, masterUsername: user } = instance;
  if (endpoint === undefined) {
    throw new EngineError('verify/no-endpoint', `Instance ${id} is ${instance.status}: start it.`);
  }
  const given = process.env['RDS_BACKUP_PASSWORD'];
  return (signal) =>
    connect({
      ...{ ...endpoint, user, caFile, signal },
      password: () => {
        if (given !== undefined) return Promise.resolve(given);
        if (instance.masterSecret !== undefined) return masterPassword(session, instance, signal);
        throw new EngineError(
          'verify/no-password',
          `Put the password of ${user} into the environment variable RDS_BACKUP_PASSWORD.`,
        );
      },
    });
}
