import type { IncomingHttpHeaders } from 'node:http';
import { ServiceFailure } from '../contract.js';
import type { ServiceCall } from '../iam/access.js';
import type { QueryParameter } from '../http/uri.js';
import type { Bucket } from './bucket.js';
import type { ObjectRecord } from './records.js';
import type { Payload } from './payload.js';

/** An authenticated S3 request, addressed and ready to be carried out. */
export class S3Request {
  constructor(
    readonly method: string,
    readonly bucketName: string,
    readonly key: string,
    private readonly parameters: readonly QueryParameter[],
    readonly headers: IncomingHttpHeaders,
    readonly payload: Payload,
    readonly call: ServiceCall,
    /** True for `bucket.localhost`, false for a path that starts with the bucket. */
    readonly virtualHost: boolean,
  ) {}

  query(name: string): string | undefined {
    return this.parameters.find((parameter) => parameter.name === name)?.value;
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** A number from the query within bounds. */
  number(name: string, fallback: number, min: number, max: number): number {
    const text = this.query(name);
    if (text === undefined || text === '') return fallback;
    const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(value) || value < min || value > 2 ** 31 - 1) {
      throw new ServiceFailure(
        'InvalidArgument',
        `Argument ${name} must be an integer between ${String(min)} and 2147483647`,
      );
    }
    return Math.min(value, max);
  }
}

/** Bytes `start` to `end` (exclusive) of an object, to be streamed. */
export interface ObjectContent {
  readonly bucket: Bucket;
  readonly record: ObjectRecord;
  readonly start: number;
  readonly end: number;
  /** Lets go of the object's files; must be called when the answer is out. */
  readonly release: () => Promise<void>;
}

export interface S3Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** An XML document. */
  readonly body?: string;
  readonly content?: ObjectContent;
}

export type S3Operation = (request: S3Request) => Promise<S3Reply> | S3Reply;

export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const xmlReply = (
  body: string,
  headers: Readonly<Record<string, string>> = {},
): S3Reply => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});
