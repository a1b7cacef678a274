import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe } from 'node:test';
import { until } from '../pages/until.js';
import type { Workbench } from '../pages/workbench.js';
import { scene } from '../scene.js';
import type { Stage } from '../stage.js';
import { putEncrypted, putPlain } from '../stageObjects.js';
import { submitRestore } from '../submitRestore.js';

const channel = 'RDS Backup Tasks';
const plain = 'full/plain.bak';
const encrypted = 'full/encrypted.bak';

/** Follows a task by looking at it, and waits for its end. */
async function show(workbench: Workbench, databaseName: string): Promise<void> {
  await workbench.runCommand('RDS Backup: Show Task Transcript');
  await workbench.quickInput.choose(`Restore ${databaseName}`);
  await workbench.editor.waitForTab(`RESTORE_DB ${databaseName}`);
}

/** The colour in which the output draws a text. */
async function colour({ output }: Workbench, text: string): Promise<string | undefined> {
  const tokens = await output.lines.tokens(text);
  // A name inside a failure is a piece of its own.
  const [piece] = tokens.filter((token) => {
    const drawn = token.text.trim();
    return drawn !== '' && (drawn.includes(text) || text.startsWith(drawn));
  });
  return piece?.color;
}

/** The quick fixes that Problems offers; they come after the row. */
async function quickFixes({ problems }: Workbench, title: string): Promise<string[]> {
  return until(
    (waited) => `Problems offers nothing for “${title}” ${waited}.`,
    async () => {
      const menu = await problems.contextMenu(title);
      const items = await menu.items();
      await menu.close();
      const fixes = items.slice(0, items.indexOf('Copy'));
      return fixes.length === 0 ? undefined : fixes;
    },
  );
}

/** Scrolls the output up until a text is in sight: below it stands its explanation. */
async function scrollUpTo({ page, output }: Workbench, text: string): Promise<void> {
  await output.lines.editor.hover();
  await until(
    (waited) => `“${text}” is not to be scrolled to ${waited}.`,
    async () => {
      const inSight = (await output.lines.visible()).some((line) => line.includes(text));
      // Once more than needed: the line at the edge may be drawn in part.
      await page.mouse.wheel(0, -60);
      return inSight ? true : undefined;
    },
  );
}

/** Puts the mouse over a text of the output and gives what appears. */
async function hoverInOutput({ page, output }: Workbench, text: string): Promise<string> {
  const { x, y } = await output.lines.pointOf(text);
  await page.mouse.move(x, y);
  const hover = page.locator('.part.panel .monaco-hover:visible .monaco-hover-content');
  return until(
    (waited) => `Nothing appears over “${text}” ${waited}.`,
    async () => {
      await page.mouse.move(x + 1, y);
      const shown = (await hover.allInnerTexts()).join('\n').trim();
      return shown === '' || shown === 'Loading...' ? undefined : shown;
    },
  );
}

const failures = [
  {
    name: 'a plain object with a key',
    databaseName: 'PlainWithKey',
    message: 'Object metadata',
    title: 'Object is not client-side encrypted',
    note: 'carries no envelope',
    actions: ['Encrypt and Upload to S3…', 'Restore Without a Key…', 'Explain Failure…'],
    restore: ({ info }: Stage) => ({ key: plain, kmsKeyArn: info.kmsKeyArn }),
  },
  {
    name: 'an encrypted object without a key',
    databaseName: 'EncryptedWithoutKey',
    message: 'media family on device',
    title: 'Backup is client-side encrypted but no KMS key was passed',
    note: '(v1 envelope), but no key was',
    actions: ['Restore with the Key of the Envelope…', 'Inspect Backup…', 'Explain Failure…'],
    restore: () => ({ key: encrypted }),
  },
  {
    name: 'an encrypted object with a key that is not there',
    databaseName: 'WrongKey',
    message: 'Key ‘arn:aws:kms',
    title: 'KMS key in the restore call does not exist or is the wrong one',
    note: 'was passed. Pass the key that wrapped',
    actions: ['Restore with the Key of the Envelope…', 'Explain Failure…'],
    restore: ({ info }: Stage) => ({
      key: encrypted,
      kmsKeyArn: info.kmsKeyArn.replace(/[^/]*$/, '00000000-0000-0000-0000-000000000000'),
    }),
  },
];

describe('Transcripts', () => {
  // Slow enough for looking at a task that still runs.
  const { it } = scene({ timeScale: 0.5 });

  it('are there once somebody is signed in', async ({ workbench, stage }) => {
    await putPlain(stage, plain, await readFile(stage.backups.northwind));
    await putEncrypted(stage, stage.backups.northwind, encrypted);
    const { id } = stage.info.instances[0]!;
    await workbench.runCommand('RDS Backup: Show Task Transcript');
    await workbench.notifications.press(/sign in to an instance/, 'Sign In to Instance…');
    await workbench.quickInput.choose(id);
    await workbench.quickInput.waitForTitle(`Sign In to ${id}`);
    await workbench.quickInput.accept();
    await workbench.quickInput.choose('Use the secret that RDS manages');
    await workbench.quickInput.waitUntilClosed();
    assert.ok(!(await workbench.output.channels()).includes(channel), 'no channel yet');
  });

  for (const { name, databaseName, message, title, note, actions, restore } of failures) {
    it(`explain ${name}`, async ({ workbench, stage }) => {
      await submitRestore(stage.info, { databaseName, ...restore(stage) });
      await show(workbench, databaseName);
      await workbench.editor.waitForText('state ERROR');
      await workbench.editor.waitForText(title);
      await workbench.editor.waitForText(note);
      await workbench.editor.waitForText(message);

      const [first = ''] = actions;
      await workbench.page.locator('.codelens-decoration a').filter({ hasText: first }).waitFor();
      await workbench.problems.open();
      assert.deepEqual(await quickFixes(workbench, title), actions);
      await workbench.screenshot(`transcript-problem-${databaseName}`);

      assert.match(await workbench.editor.hover(message), new RegExp(title.slice(0, 30)));
      await workbench.screenshot(`transcript-hover-${databaseName}`);

      await workbench.output.open(channel);
      await workbench.output.waitForText(note);
      const red = await colour(workbench, 'ERROR');
      await scrollUpTo(workbench, message);
      assert.match(await hoverInOutput(workbench, message), new RegExp(title.slice(0, 30)));
      assert.notEqual(red, undefined);
      assert.equal(await colour(workbench, message), red);
      await workbench.screenshot(`transcript-output-${databaseName}`);
    });
  }

  it('lead to the commands that help', async ({ workbench }) => {
    const { page, quickInput } = workbench;
    await page.locator('.codelens-decoration a').first().click();
    await quickInput.waitForTitle(/Restore/);
    await quickInput.cancel();
  });

  it('are there after a reload, with their problem', async ({ workbench }) => {
    await workbench.waitUntilRemembered('RESTORE_DB WrongKey');
    await workbench.reload();
    await workbench.editor.waitForTab('RESTORE_DB WrongKey');
    await workbench.editor.waitForText('was passed. Pass the key that wrapped');
    await workbench.problems.open();
    await workbench.problems.waitFor('KMS key in the restore call does not exist');
  });

  it('lose their problem when the database is restored after all', async ({ workbench, stage }) => {
    const { kmsKeyArn } = stage.info;
    const taskId = await submitRestore(stage.info, {
      databaseName: 'WrongKey',
      key: encrypted,
      kmsKeyArn,
    });
    await workbench.runCommand('RDS Backup: Show Task Transcript');
    await workbench.quickInput.type(`#${taskId}`);
    await workbench.quickInput.choose('Restore WrongKey');
    await workbench.editor.waitForText('state IN_PROGRESS');
    await workbench.editor.waitForText('state SUCCESS');
    await workbench.screenshot('transcript-success');
    await workbench.problems.open();
    await until(
      async (waited) => `Problems remain ${waited}: ${(await workbench.problems.texts()).join()}`,
      async () => ((await workbench.problems.texts()).length === 0 ? true : undefined),
    );
  });

  it('explain a message that is pasted', async ({ workbench }) => {
    await workbench.runCommand('RDS Backup: Explain Failure…');
    await workbench.quickInput.answer('Something that nobody knows');
    await workbench.notifications.waitFor(/not among the known failures/);
    await workbench.runCommand('RDS Backup: Explain Failure…');
    await workbench.quickInput.answer(
      'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.',
    );
    await workbench.editor.waitForText('Object is not client-side encrypted');
    await workbench.screenshot('explain');
  });

  it('fit every theme', async ({ workbench }) => {
    await show(workbench, 'EncryptedWithoutKey');
    await workbench.editor.waitForText('was passed');
    await workbench.problems.open();
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      await workbench.useTheme(theme);
      await workbench.screenshot(`transcript-${theme}`);
    }
  });
});
