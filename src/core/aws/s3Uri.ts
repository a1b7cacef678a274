import { EngineError } from '../errors.js';

export interface S3Location {
  readonly bucket: string;
  /** Key or prefix; empty for the whole bucket. */
  readonly key: string;
}

const uriForm = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * Reads `s3://bucket/key`, `s3://bucket/prefix/` or `s3://bucket`. Keys are taken as they are: S3 does
 * not decode percent signs.
 * @throws EngineError `s3-uri/malformed`
 */
export function parseS3Uri(text: string): S3Location {
  const [, bucket, key = ''] = uriForm.exec(text) ?? [];
  if (bucket !== undefined) return { bucket, key };
  throw new EngineError(
    's3-uri/malformed',
    `“${text}” is not an S3 location. Write s3://bucket/key with a bucket name in lower case.`,
  );
}

/** The prefix that a key lies under: up to its last slash, which it includes; empty at the top. */
export const prefixOf = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);

export const formatS3Uri = ({ bucket, key }: S3Location) => `s3://${bucket}/${key}`;
