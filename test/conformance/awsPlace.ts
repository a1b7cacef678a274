import os from 'node:os';
import { type AwsSession, openSession } from '../../src/core/aws/session.js';

/** Somewhere that speaks AWS's protocols. */
export interface AwsPlace {
  readonly endpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Environment variables that lead boto3, the AWS CLI and the SDKs there and to nothing else. */
export function awsEnvironment(place: AwsPlace): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: place.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.secretAccessKey,
    AWS_DEFAULT_REGION: place.region,
    AWS_ENDPOINT_URL: place.endpointUrl,
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/**
 * The engine's session there. It reads the credentials from this process's environment, so one
 * place at a time.
 */
export function engineSession(place: AwsPlace): Promise<AwsSession> {
  Object.assign(process.env, awsEnvironment(place));
  return openSession({ region: place.region, endpointUrl: place.endpointUrl });
}
