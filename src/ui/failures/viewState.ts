import { EngineError } from '../../core/errors.js';
import type { ViewState } from '../ids.js';

const states: Readonly<Record<string, ViewState>> = {
  'aws/no-credentials': 'no-credentials',
  'aws/no-such-profile': 'no-credentials',
  'aws/credentials': 'no-credentials',
  'aws/role-refused': 'no-credentials',
  'aws/mfa-required': 'no-credentials',
  'aws/mfa-refused': 'expired',
  'aws/sso-expired': 'expired',
  'aws/expired-token': 'expired',
  'aws/no-region': 'no-region',
  'aws/bad-region': 'no-region',
  'aws/access-denied': 'denied',
  's3/access-denied': 'denied',
  's3/credentials': 'no-credentials',
  's3/unreachable': 'unreachable',
  'aws/unreachable': 'unreachable',
  'sql/not-signed-in': 'not-signed-in',
};

/** What a view that could not be filled says, by the code of the failure. */
export function viewStateOf(error: unknown): ViewState {
  return (error instanceof EngineError ? states[error.code] : undefined) ?? 'failed';
}
