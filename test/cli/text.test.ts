import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closest } from '../../src/cli/arguments/closest.js';
import { styleFor } from '../../src/cli/terminal/style.js';
import {
  displayWidth,
  labelled,
  printable,
  shorten,
  table,
  wrap,
} from '../../src/cli/text/text.js';

describe('text', () => {
  it('measures what a terminal shows', () => {
    assert.equal(displayWidth('Café'), 4);
    assert.equal(displayWidth('Cafe\u0301'), 4);
    assert.equal(displayWidth('数据库.bak'), 10);
    assert.equal(displayWidth('\u001b[1mbold\u001b[22m'), 4);
  });

  it('shortens to any width, keeping both ends', () => {
    assert.equal(shorten('northwind-2024-05-01.bak', 12), 'northw…1.bak');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => {
          assert.ok(displayWidth(shorten(text, width)) <= width);
        },
      ),
    );
  });

  it('wraps without losing a word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/)),
        fc.integer({ min: 5, max: 40 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          assert.deepEqual(lines.join(' '), words.join(' '));
          for (const line of lines) assert.ok(line.length <= width || !line.includes(' '));
        },
      ),
    );
    assert.equal(
      labelled('  Fix', 'one two three four five', 6, 26),
      '  Fix one two three four\n      five',
    );
  });

  it('aligns columns and keeps control characters out of a table', () => {
    assert.deepEqual(
      table(
        ['id', 'name'],
        [
          ['1', 'a\u001b[2Jb'],
          ['22', 'x\r\ny\u0007'],
        ],
      ),
      ['id  name', '1   ab', '22  x y\ufffd'],
    );
    assert.equal(printable('a\tb\nc\u009b'), 'a\tb\nc\ufffd');
  });

  it('uses colours only where they belong', () => {
    const tty = { isTTY: true, write: () => true };
    const pipe = { write: () => true };
    const colored = '\u001b[31mx\u001b[39m';
    assert.equal(styleFor(tty, {}).red('x'), colored);
    assert.equal(styleFor(tty, { NO_COLOR: '1' }).red('x'), 'x');
    assert.equal(styleFor(tty, { NO_COLOR: '' }).red('x'), colored);
    assert.equal(styleFor(tty, { TERM: 'dumb' }).red('x'), 'x');
    assert.equal(styleFor(pipe, {}).red('x'), 'x');
    assert.equal(styleFor(pipe, { FORCE_COLOR: '1' }).red('x'), colored);
    assert.equal(styleFor(tty, { FORCE_COLOR: '0' }).red('x'), 'x');
  });
});

describe('closest', () => {
  const commands = [
    'inspect',
    'upload',
    'download',
    'verify',
    'restore',
    'tasks',
    'task',
    'cancel',
  ];
  it('guesses a slip of the finger and a beginning, nothing else', () => {
    assert.equal(closest('uplaod', commands), 'upload');
    assert.equal(closest('Restor', commands), 'restore');
    assert.equal(closest('insp', commands), 'inspect');
    assert.equal(closest('tsak', commands), 'task');
    assert.equal(closest('backup', commands), undefined);
    assert.equal(closest('', commands), undefined);
  });
});
