import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { root } from '../../support/paths.js';

const folder = path.join(root, 'media', 'walkthrough');

for (const name of readdirSync(folder)) {
  it(`${name} takes its colours from the theme, in the way that VS Code's walkthrough lets it`, () => {
    const svg = readFileSync(path.join(folder, name), 'utf8');
    // The page around the picture forbids styles, scripts and everything from elsewhere.
    assert.doesNotMatch(svg, /<style|\sstyle=|<script|href=/);
    const colours = [...svg.matchAll(/\s(?:fill|stroke)="([^"]*)"/g)].map(([, value]) => value);
    assert.ok(colours.length > 0);
    for (const colour of colours) {
      // A colour that a theme leaves out needs another: without one it would be black.
      assert.match(colour ?? '', /^(?:none|var\(--vscode-\w+(?:-\w+)*, .+\))$/);
    }
  });
}
