import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import mssql from 'mssql';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import {
  connectFailure,
  isConnectionFailure,
  statementFailure,
} from '../../../src/core/sql/sqlErrors.js';

const target = { host: 'db.example', port: 1433, user: 'admin' };

/** An error of tedious inside one of mssql, as the driver throws it. */
function connectionError(code: string, message: string, cause?: unknown) {
  const inner = Object.assign(new Error(message, { cause }), { code });
  return new mssql.ConnectionError(inner);
}

const nodeError = (code: string) => Object.assign(new Error(code), { code });

describe('failures to connect', () => {
  const cases: readonly (readonly [cause: Error, code: string, retry: boolean, id?: string])[] = [
    [
      connectionError('ELOGIN', "Login failed for user 'admin'."),
      'sql/login-failed',
      false,
      'login-failed',
    ],
    [
      connectionError(
        'ELOGIN',
        'Cannot open database "x" requested by the login. The login failed.',
      ),
      'sql/not-ready',
      true,
      'login-db-unavailable',
    ],
    [
      connectionError(
        'ESOCKET',
        'Failed to connect to db.example:1433 - Could not connect (sequence)',
      ),
      'sql/unreachable',
      true,
      'connect-refused',
    ],
    [
      connectionError('ETIMEOUT', 'Failed to connect to db.example:1433 in 15000ms'),
      'sql/unreachable',
      true,
      'connect-timeout',
    ],
    [
      connectionError(
        'ESOCKET',
        'Failed to connect to db.example:1433 - self-signed certificate in certificate chain',
        nodeError('SELF_SIGNED_CERT_IN_CHAIN'),
      ),
      'sql/tls-not-verified',
      false,
      'tls-ca-unknown',
    ],
    [
      connectionError(
        'ESOCKET',
        "Failed to connect to db.example:1433 - Hostname/IP does not match certificate's altnames: x",
        nodeError('ERR_TLS_CERT_ALTNAME_INVALID'),
      ),
      'sql/tls-not-verified',
      false,
      'tls-hostname',
    ],
    [connectionError('EENCRYPT', 'Server requires encryption, …'), 'sql/connect-failed', false],
  ];
  for (const [cause, code, retry, id] of cases) {
    it(`${code}: ${cause.message.slice(0, 60)}`, () => {
      const error = connectFailure(cause, target);
      assert.equal(error.code, code);
      assert.equal(error.cause, cause);
      assert.equal(isConnectionFailure(error), retry);
      if (id !== undefined) assert.equal(diagnose(error)?.id, id);
    });
  }

  it('advises the name of the certificate only when the name is wrong', () => {
    const altname = connectFailure(
      connectionError('ESOCKET', 'x', nodeError('ERR_TLS_CERT_ALTNAME_INVALID')),
      target,
    );
    const unknown = connectFailure(
      connectionError('ESOCKET', 'x', nodeError('UNABLE_TO_VERIFY_LEAF_SIGNATURE')),
      target,
    );
    assert.match(altname.message, /another name/);
    assert.match(unknown.message, /PEM file/);
    assert.deepEqual(unknown.details, { tlsCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});

describe('failures of a statement', () => {
  it('gives what the server said, with number, state, class and procedure', () => {
    const server = Object.assign(new Error("Database 'Sales' already exists. Choose another."), {
      info: { number: 50000, state: 1, class: 16, procName: 'rds_restore_database' },
    });
    const error = statementFailure(new mssql.RequestError(server, 'EREQUEST'), target);
    assert.equal(error.code, 'sql/statement-failed');
    assert.equal(error.message, "Database 'Sales' already exists. Choose another.");
    assert.deepEqual(error.details, {
      number: 50000,
      state: 1,
      class: 16,
      procedure: 'rds_restore_database',
    });
    assert.equal(isConnectionFailure(error), false);
  });

  it('sees the broken socket behind the EREQUEST that the driver makes of it', () => {
    const socket = Object.assign(new Error('Connection lost - socket hang up'), {
      code: 'ESOCKET',
    });
    const wrapped = Object.assign(new Error(socket.message), { info: socket });
    const error = statementFailure(new mssql.RequestError(wrapped, 'EREQUEST'), target);
    assert.equal(error.code, 'sql/connection-lost');
    assert.equal(isConnectionFailure(error), true);
    assert.equal(diagnose(error)?.id, 'connection-lost');
  });

  for (const [code, expected] of [
    ['ETIMEOUT', 'sql/request-timeout'],
    ['ECLOSE', 'sql/connection-lost'],
    ['ENOTOPEN', 'sql/connection-lost'],
    ['EPARAM', 'sql/bad-parameter'],
  ] as const) {
    it(`${code} is ${expected}`, () => {
      const inner = Object.assign(new Error('x'), { code });
      assert.equal(statementFailure(new mssql.RequestError(inner), target).code, expected);
    });
  }
});
