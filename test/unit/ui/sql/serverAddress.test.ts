import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress } from '../../../../src/ui/sql/serverAddress.js';

describe('the address of a tunnel', () => {
  for (const [text, host, port] of [
    ['localhost:14330', 'localhost', 14330],
    ['localhost', 'localhost', 1433],
    ['10.0.0.7,1500', '10.0.0.7', 1500],
    ['tcp:bastion.example.com,1433', 'bastion.example.com', 1433],
    [' db.example.com : 99 ', 'db.example.com', 99],
    ['[::1]:1433', '::1', 1433],
    ['[::1]', '::1', 1433],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseAddress(text, 1433), { host, port });
    });
  }

  for (const text of [
    '',
    '  ',
    'a b',
    'host:',
    'host:0',
    'host:65536',
    'host:port',
    '::1:1433',
    ':1433',
  ]) {
    it(`does not read “${text}”`, () => {
      assert.equal(parseAddress(text, 1433), undefined);
    });
  }

  it('is written so that it can be read again', () => {
    for (const address of [
      { host: 'localhost', port: 14330 },
      { host: 'fe80::1', port: 1433 },
    ]) {
      assert.deepEqual(parseAddress(formatAddress(address), 1), address);
    }
  });
});
