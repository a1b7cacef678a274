import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Host, TextSink } from '../../src/cli/host.js';
import { Output } from '../../src/cli/terminal/output.js';
import { progressBar, progressText, transferFigures } from '../../src/cli/terminal/progressLine.js';
import { ProgressLog } from '../../src/cli/terminal/progressLog.js';
import { displayWidth } from '../../src/cli/text/text.js';

const GiB = 2 ** 30;
const half = transferFigures('northwind.bak', {
  doneBytes: 1.5 * GiB,
  totalBytes: 3 * GiB,
  bytesPerSecond: 200 * 2 ** 20,
  secondsLeft: 7.7,
});

describe('progress line', () => {
  it('says how much, how long and how fast', () => {
    assert.equal(
      progressText(half),
      'northwind.bak  50 %  1.50 GiB of 3.00 GiB  0:08 left  200 MiB/s',
    );
  });

  it('gives up details before the bar, and never reaches the last column', () => {
    assert.match(
      progressBar(half, 100),
      /^northwind\.bak {2}█+░+ {3}50 % {2}1\.50 GiB of 3\.00 GiB {2}0:08 left {2}200 MiB\/s$/,
    );
    assert.match(progressBar(half, 60), /█+░+ {3}50 % {2}1\.50 GiB of 3\.00 GiB$/);
    assert.match(progressBar(half, 20), /^[^█]+ 50 %$/);
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 12, max: 200 }),
        (label, fraction, width) => {
          const line = progressBar({ label, fraction, details: half.details }, width);
          assert.ok(displayWidth(line) < width, line);
        },
      ),
    );
  });

  it('says 100 % only at the end', () => {
    const at = (fraction: number) => progressText({ label: 'x', fraction, details: [] });
    assert.equal(at(0.9999), 'x  99 %');
    assert.equal(at(1), 'x  100 %');
    assert.equal(
      transferFigures('empty', {
        doneBytes: 0,
        totalBytes: 0,
        bytesPerSecond: 0,
        secondsLeft: undefined,
      }).fraction,
      1,
    );
  });
});

describe('progress log', () => {
  it('writes every five per cent, not too often, and after a long pause', () => {
    let now = 0;
    const log = new ProgressLog(() => now);
    const at = (time: number, fraction: number) => {
      now = time;
      return log.isDue(fraction);
    };
    assert.equal(at(0.2, 0.3), false);
    assert.equal(at(1, 0.5), true);
    assert.equal(at(5, 0.52), false);
    assert.equal(at(6, 0.55), true);
    assert.equal(at(17, 0.5501), true);
    assert.equal(at(60, 0.5501), false);
  });
});

describe('output', () => {
  function recorded(isTTY: boolean) {
    const chunks: string[] = [];
    const sink: TextSink = { isTTY, columns: 60, write: (text) => chunks.push(text) };
    const never = new AbortController().signal;
    const host: Host = {
      stdin: process.stdin,
      stdout: sink,
      stderr: sink,
      env: {},
      signal: never,
      outputClosed: never,
    };
    return { chunks, output: new Output(host, false) };
  }

  it('keeps the bar below the text and takes it away at the end', () => {
    const { chunks, output } = recorded(true);
    const bar = output.progress();
    bar.show(half);
    output.text('a line');
    bar[Symbol.dispose]();
    output.text('after');
    const text = chunks.join('');
    assert.match(text, /50 %.*\r\u001b\[Ka line\n\r[^\n]*50 %.*\r\u001b\[Kafter\n$/s);
  });

  it('draws no bar where there is no terminal', () => {
    const { chunks, output } = recorded(false);
    const bar = output.progress();
    bar.show(half);
    bar[Symbol.dispose]();
    assert.deepEqual(chunks, []);
  });

  it('writes JSON that any program can read', () => {
    const chunks: string[] = [];
    const sink: TextSink = { write: (text) => chunks.push(text) };
    const never = new AbortController().signal;
    const output = new Output(
      {
        stdin: process.stdin,
        stdout: sink,
        stderr: sink,
        env: {},
        signal: never,
        outputClosed: never,
      },
      true,
    );
    output.result({ lsn: 76000000045600037n, iv: Buffer.from([1, 2]), at: new Date(0) }, () => '');
    output.text('for people');
    assert.deepEqual(chunks, [
      '{"lsn":"76000000045600037","iv":"AQI=","at":"1970-01-01T00:00:00.000Z"}\n',
    ]);
  });
});
