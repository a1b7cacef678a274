import { ServiceFailure } from '../contract.js';
import { type XmlValue, xmlDocument } from './xml.js';

/** How a service words its requests, answers and errors. */
export type Protocol = 's3' | 'query' | 'ec2' | 'json';

const protocols: Readonly<Record<string, Protocol>> = {
  s3: 's3',
  rds: 'query',
  iam: 'query',
  sts: 'query',
  ec2: 'ec2',
  kms: 'json',
  secretsmanager: 'json',
};

/** The protocol of a service of a credential scope; undefined when the sandbox has no such service. */
export function protocolOf(service: string): Protocol | undefined {
  return Object.hasOwn(protocols, service) ? protocols[service] : undefined;
}

export const queryNamespaces: Readonly<Record<string, string>> = {
  rds: 'http://rds.amazonaws.com/doc/2014-10-31/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
};

/** A finished answer with a body small enough to hold. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Facts that some S3 errors carry as further elements, and headers they travel with. */
export class DetailedFailure extends ServiceFailure {
  constructor(
    code: string,
    message: string,
    status: number,
    readonly details: Readonly<Record<string, string>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, status);
  }
}

/** An error in the shape from which clients of that protocol read code and message. */
export function errorAnswer(
  protocol: Protocol,
  failure: ServiceFailure,
  context: { requestId: string; resource: string; service: string },
): Answer {
  const { code, message, status } = failure;
  const { requestId } = context;
  switch (protocol) {
    case 's3': {
      const details = failure instanceof DetailedFailure ? failure.details : {};
      const content: XmlValue = {
        Code: code,
        Message: message,
        ...details,
        Resource: context.resource,
        RequestId: requestId,
        HostId: hostId(requestId),
      };
      return {
        status,
        headers: {
          'content-type': 'application/xml',
          ...(failure instanceof DetailedFailure && failure.headers),
        },
        body: xmlDocument('Error', content),
      };
    }
    case 'json': {
      const member = context.service === 'secretsmanager' ? 'Message' : 'message';
      return {
        status,
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
        // An empty message is left out, as KMS does for InvalidCiphertextException.
        body: JSON.stringify({ __type: code, ...(message !== '' && { [member]: message }) }),
      };
    }
    case 'ec2':
      return {
        status,
        headers: { 'content-type': 'text/xml;charset=UTF-8' },
        body: xmlDocument('Response', {
          Errors: { Error: { Code: code, Message: message } },
          RequestID: requestId,
        }),
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body: xmlDocument(
          'ErrorResponse',
          {
            Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
            RequestId: requestId,
          },
          queryNamespaces[context.service],
        ),
      };
  }
}

/** S3's second request id; here it is derived from the first. */
export const hostId = (requestId: string) => Buffer.from(`sandbox:${requestId}`).toString('base64');
