export interface S3Address {
  /** Still percent-encoded; empty when the request is for the service. */
  readonly rawBucket: string;
  readonly rawKey: string;
  readonly virtualHost: boolean;
}

/**
 * Bucket and key of a request: from the host (`bucket.localhost:4566`, `bucket.s3.…`), or else from
 * the path. A key keeps every slash and dot it has.
 */
export function addressBucket(host: string, rawPath: string): S3Address {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const bucket = /^(.+?)(?:\.s3[.-].+|\.localhost)$/.exec(name)?.[1];
  if (bucket !== undefined && bucket !== 's3') {
    return { rawBucket: bucket, rawKey: rawPath.slice(1), virtualHost: true };
  }
  const at = rawPath.indexOf('/', 1);
  return at < 0
    ? { rawBucket: rawPath.slice(1), rawKey: '', virtualHost: false }
    : { rawBucket: rawPath.slice(1, at), rawKey: rawPath.slice(at + 1), virtualHost: false };
}
