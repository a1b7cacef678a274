import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awsFailure } from '../../../src/core/aws/awsErrors.js';

const sdkError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('words'), { name, $metadata: { httpStatusCode } });

describe('a failed AWS call', () => {
  for (const [name, status, code] of [
    ['AccessDenied', 403, 'aws/access-denied'],
    ['AccessDeniedException', 400, 'aws/access-denied'],
    ['UnknownError', 403, 'aws/access-denied'],
    ['ExpiredToken', 403, 'aws/expired-token'],
    ['ExpiredToken', 400, 'aws/expired-token'],
    ['ExpiredTokenException', 400, 'aws/expired-token'],
    ['RequestExpired', 400, 'aws/expired-token'],
    ['Throttling', 400, 'aws/call-failed'],
  ] as const) {
    it(`${name} with ${status} is ${code}`, () => {
      const cause = sdkError(name, status);
      const failure = awsFailure('Listing the instances', cause);
      assert.equal(failure.code, code);
      assert.equal(failure.cause, cause);
      assert.match(failure.message, /^Listing the instances failed: /);
    });
  }
});
