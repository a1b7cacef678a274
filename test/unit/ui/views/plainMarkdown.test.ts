import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainMarkdown } from '../../../../src/ui/views/plainMarkdown.js';

describe('a text in Markdown', () => {
  it('shows no formatting, link, code, HTML or icon', () => {
    assert.equal(
      plainMarkdown('*a* [b](command:c) `d` <b>e</b> $(bug)'),
      '\\*a\\* \\[b\\]\\(command:c\\) \\`d\\` \\<b\\>e\\</b\\> \\$\\(bug\\)',
    );
  });

  it('begins no list and no heading', () => {
    for (const text of ['- a', '1. a', '# a', '+ a', '> a']) {
      assert.notEqual(plainMarkdown(text), text);
    }
  });

  it('keeps words apart and lines broken', () => {
    assert.equal(plainMarkdown('one two\nthree'), 'one two  \nthree');
  });
});
