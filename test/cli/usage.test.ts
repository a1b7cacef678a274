import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/paths.js';
import { cli } from './cliProcess.js';

const names = [
  'inspect',
  'upload',
  'download',
  'verify',
  'instances',
  'databases',
  'restore',
  'tasks',
  'task',
  'cancel',
  'explain',
  'sandbox',
];

describe('usage', () => {
  it('lists every command on --help, on help and, as an error, on nothing', async () => {
    const [flag, word, nothing] = await Promise.all([cli(['--help']), cli(['help']), cli([])]);
    assert.deepEqual([flag.code, word.code, nothing.code], [0, 0, 2]);
    for (const name of names) {
      const line = new RegExp(`^ {2}${name} +\\S`, 'm');
      for (const text of [flag.stdout, word.stdout, nothing.stderr]) assert.match(text, line);
    }
    assert.equal(nothing.stdout, '');
  });

  it('describes each command, with an example that names it', async () => {
    for (const name of names.filter((each) => each !== 'sandbox')) {
      const help = await cli([name, '--help']);
      assert.equal(help.code, 0);
      assert.equal(help.stderr, '');
      assert.match(help.stdout, new RegExp(`^Usage: rds-backup ${name} `));
      assert.match(help.stdout, new RegExp(`^ {2}rds-backup ${name} `, 'm'));
      for (const line of help.stdout.split('\n')) {
        // An example stays on one line, to be copied.
        assert.ok(line.length <= 100 || line.startsWith('  rds-backup '), line);
      }
    }
  });

  it('keeps to the width it is told', async () => {
    const help = await cli(['tasks', '--help'], { env: { COLUMNS: '60' } });
    for (const line of help.stdout.split('\n')) {
      assert.ok(line.length <= 60 || line.startsWith('  rds-backup '), line);
    }
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal((await cli(['--version'])).stdout, `${version}\n`);
  });

  it('ends with 2, says what is wrong on standard error and nothing on standard output', async () => {
    const wrong: [string[], RegExp][] = [
      [['uplaod', 'x'], /Unknown command "uplaod"\. Did you mean upload\?/],
      [['tasks', '--instanec', 'x'], /Unknown option --instanec\. Did you mean --instance\?/],
      [
        ['upload', 'x.bak', 's3://b/'],
        /--kms-key KEY is missing\.\nUsage: rds-backup upload FILE…/,
      ],
      [['upload', '--kms-key', 'k', 's3://b/'], /is missing/],
      [['upload', '--kms-key', 'k', 'x.bak', 'y.bak'], /s3:\/\//],
      [['download', 's3://b/k'], /FILE is missing/],
      [['verify'], /is missing/],
      [['restore', '--instance', 'i', '--from', 's3://b/k'], /--database NAME is missing/],
      [['restore', '--from', 's3://b/k', '--database', 'd'], /--instance/],
      [
        [
          'restore',
          '--instance',
          'i',
          '--from',
          's3://b/k',
          '--database',
          'd',
          '--block-size',
          '7',
        ],
        /--block-size/,
      ],
      [['task', 'x', '--instance', 'i'], /not a task id/],
      [['task', '0', '--instance', 'i'], /not a task id/],
      [['cancel', '--instance', 'i'], /ID is missing/],
      [['tasks', '--instance', 'i', '--password', 'secret'], /never an argument/],
      [['tasks', '--host', 'localhost'], /--user/],
      [['tasks', '--instance', 'i', '--port', '70000'], /--port/],
      [['explain', '   '], /empty/],
      [['--json'], /No command/],
    ];
    for (const [args, message] of wrong) {
      const run = await cli(args);
      assert.equal(run.code, 2, `${args.join(' ')}\n${run.stderr}`);
      assert.match(run.stderr, message);
      assert.doesNotMatch(run.stderr, /\n {4}at /);
      if (args[0] !== '--json') assert.equal(run.stdout, '');
    }
  });

  it('tells programs about a wrong command line in JSON', async () => {
    const run = await cli(['tasks', '--json', '--nonsense']);
    assert.equal(run.code, 2);
    const { error } = JSON.parse(run.stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'usage');
    assert.match(error.message, /--nonsense/);
  });
});
