import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { destinationProblem, destinations } from '../../../src/ui/transfer/destinations.js';

const inFolder = (...parts: string[]) => path.join('share', ...parts);

describe('where files go', () => {
  it('gives a single file the key that was typed', () => {
    const file = inFolder('a.bak');
    assert.deepEqual(destinations([file], 'night/b.bak'), [{ file, key: 'night/b.bak' }]);
    assert.equal(destinationProblem([file], 'night/b.bak'), undefined);
  });

  it('puts several into a folder under their own names, with or without the last slash', () => {
    const files = [inFolder('a.bak'), inFolder('b.bak')];
    for (const typed of ['night', 'night/']) {
      assert.deepEqual(
        destinations(files, typed).map(({ key }) => key),
        ['night/a.bak', 'night/b.bak'],
      );
    }
    assert.deepEqual(
      destinations(files, '').map(({ key }) => key),
      ['a.bak', 'b.bak'],
    );
  });

  it('refuses keys that S3 or RDS would not take, and two files under one key', () => {
    const file = inFolder('a.bak');
    assert.match(destinationProblem([file], '') ?? '', /name/);
    assert.match(destinationProblem([file], 'night/') ?? '', /folder/);
    assert.match(destinationProblem([file], 'a*.bak') ?? '', /asterisk/);
    const twice = [inFolder('x', 'a.bak'), inFolder('y', 'a.bak')];
    assert.match(destinationProblem(twice, 'night/') ?? '', /both become night\/a\.bak/);
  });
});
