// The page objects at work on what VS Code itself offers, so that a failure of a feature's test is the
// feature's.
import assert from 'node:assert/strict';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from 'node:test';
import { drag } from '../pages/dragAndDrop.js';
import { scene } from '../scene.js';

describe('The workbench under test', () => {
  const { it } = scene();

  it('shows files, also those far down, and their menus', async ({ workbench, stage }) => {
    const { explorer } = workbench;
    await explorer.waitForFile('Sales März 2024 – full.bak');
    const folder = path.join(stage.workspace, 'many');
    await mkdir(folder);
    const names = Array.from({ length: 120 }, (_, i) => `file ${String(i).padStart(3, '0')}.txt`);
    await Promise.all(names.map((name) => writeFile(path.join(folder, name), '')));
    await explorer.waitForFile('many/file 119.txt');
    const children = await explorer.tree.children(['many']);
    assert.deepEqual(
      children.map(({ label }) => label),
      names,
    );

    await explorer.select('many/file 000.txt', 'many/file 002.txt');
    const rows = await explorer.tree.rows.visible();
    const selected = rows.filter((row) => row.selected).map(({ label }) => label);
    assert.deepEqual(selected, ['file 000.txt', 'file 002.txt']);
    const menu = await explorer.contextMenu('many/file 002.txt');
    assert.ok((await menu.items()).includes('Copy Path'));
    await menu.close();
    await explorer.tree.collapse(['many']);
    await explorer.tree.waitUntilGone(['many', 'file 000.txt']);
  });

  it('asks before it moves or deletes', async ({ workbench, stage }) => {
    const { dialog, explorer } = workbench;
    await writeFile(path.join(stage.workspace, 'moved.txt'), 'x');
    await explorer.waitForFile('moved.txt');
    await drag(workbench.page, await explorer.row('moved.txt'), await explorer.row('logs'));
    await dialog.waitFor('Are you sure you want to move');
    assert.deepEqual((await dialog.buttons()).sort(), ['Cancel', 'Move']);
    await dialog.press('Move');
    await explorer.waitForFile('logs/moved.txt');
    await access(path.join(stage.workspace, 'logs', 'moved.txt'));
  });

  it('asks for texts and choices', async ({ workbench }) => {
    const { quickInput } = workbench;
    await workbench.runCommand('Preferences: Color Theme');
    await quickInput.waitForPlaceholder(/Color Theme/);
    assert.ok((await quickInput.items()).includes('Solarized Dark'));
    await quickInput.cancel();
    assert.equal(await workbench.offersCommand('View: No Such Command'), false);

    await workbench.runCommand('Preferences: Open Keyboard Shortcuts (JSON)');
    await workbench.editor.waitForTab('keybindings.json');
    assert.ok((await workbench.editor.tabs()).includes('keybindings.json'));
    await workbench.runCommand('View: Close Editor');
  });

  it('finds a mistake in a file: Problems, hover, status bar', async ({ workbench, stage }) => {
    const { editor, explorer, problems, statusBar } = workbench;
    await writeFile(path.join(stage.workspace, 'wrong.json'), '{\n  "bucket": nowhere\n}\n');
    await explorer.openFile('wrong.json');
    await problems.open();
    await problems.waitFor('Value expected');
    assert.match((await problems.texts()).join('\n'), /Error: Value expected/);
    await problems.goTo('Value expected');
    await statusBar.waitFor(/Ln 2, Col 20 \(7 selected\)/);
    assert.match(await editor.hover('nowhere'), /Value expected/);
    const tokens = await editor.lines.tokens('"bucket"');
    const key = tokens.find(({ text }) => text === '"bucket"');
    assert.match(key?.color ?? '', /^rgb/);
    assert.notEqual(key?.color, tokens.find(({ text }) => text.includes('nowhere'))?.color);
    await statusBar.press('Ln 2');
    await workbench.quickInput.cancel();
  });

  it('offers a way out of a mistake', async ({ workbench, stage }) => {
    const { editor, explorer } = workbench;
    await writeFile(path.join(stage.workspace, 'wrong.css'), 'a { widht: 1px; }\n');
    await explorer.openFile('wrong.css');
    assert.match(await editor.hover('widht'), /Unknown property/);
    assert.ok((await editor.codeActions('widht')).includes("Rename to 'width'"));
    await workbench.page.keyboard.press('Escape');
    await editor.chooseCodeAction('widht', "Rename to 'width'");
    await editor.waitForText('a { width: 1px; }');
  });

  it('reads a text from its first to its last line', async ({ workbench, stage }) => {
    const text = Array.from({ length: 300 }, (_, i) => `line ${i + 1} of  the text`).join('\n');
    await writeFile(path.join(stage.workspace, 'long.txt'), text);
    await workbench.explorer.openFile('long.txt');
    await workbench.editor.waitForText('line 1 of  the text');
    assert.equal(await workbench.editor.lines.all(), text);
  });

  it('shows output and what a view says of itself', async ({ workbench }) => {
    const { output } = workbench;
    assert.ok((await output.channels()).includes('Extension Host (Remote)'));
    await output.open('Window');
    await output.waitForText(/\[info\]/);
    const run = workbench.view('Run and Debug', 'Run');
    await run.open();
    await run.waitForWelcome(/launch\.json/);
  });

  it('changes its theme, and reloads', async ({ workbench }) => {
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      await workbench.useTheme(theme);
    }
    await workbench.reload();
    await workbench.explorer.waitForFile('northwind.bak');
  });

  it('says what went wrong', async ({ workbench, stage }) => {
    const { editor, explorer, notifications, page } = workbench;
    const file = path.join(stage.workspace, 'kept.txt');
    await writeFile(file, 'old');
    await explorer.openFile('kept.txt');
    await editor.waitForText('old');
    await page.keyboard.type('new ');
    await editor.waitForText('new old');
    await rm(file);
    await mkdir(file);
    await workbench.runCommand('File: Save');
    await notifications.waitFor("Failed to save 'kept.txt'");
    assert.ok((await notifications.buttons('kept.txt')).includes('Retry'));
    assert.match((await notifications.texts()).join(), /kept\.txt/);
    await notifications.press('kept.txt', 'Retry');
    await notifications.waitFor("Failed to save 'kept.txt'");
    await notifications.close('kept.txt');
    await notifications.waitUntilGone('kept.txt');
  });
});
