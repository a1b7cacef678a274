import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatBytes,
  formatClock,
  formatDuration,
  formatExactBytes,
} from '../../../src/core/text/units.js';

describe('units', () => {
  it('says sizes in binary units', () => {
    const said = [0, 1, 1023, 1024, 1_125_376, 10_485_760, 1_073_741_824, 1_048_575, 5 * 2 ** 40];
    assert.deepEqual(said.map(formatBytes), [
      '0 bytes',
      '1 byte',
      '1023 bytes',
      '1.00 KiB',
      '1.07 MiB',
      '10.0 MiB',
      '1.00 GiB',
      '1.00 MiB',
      '5.00 TiB',
    ]);
    assert.equal(formatExactBytes(1_125_376), '1.07 MiB (1,125,376 bytes)');
  });

  it('says times as people do', () => {
    assert.deepEqual([0.25, 9.96, 59.4, 200, 7500].map(formatDuration), [
      '0.3 s',
      '10 s',
      '59 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
    assert.deepEqual([0, 6.2, 750, 3723].map(formatClock), ['0:00', '0:07', '12:30', '1:02:03']);
  });
});
