import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Command, defineCommand } from '../../src/cli/arguments/command.js';
import { commandIndex, parseCommandLine } from '../../src/cli/arguments/commandLine.js';
import { awsOptions } from '../../src/cli/arguments/commonOptions.js';
import { UsageError } from '../../src/cli/arguments/usageError.js';

const command: Command = defineCommand({
  name: 'send',
  summary: '',
  description: '',
  positionals: [{ name: 'FILE', many: true }, { name: 's3://BUCKET' }],
  options: {
    ...awsOptions,
    'kms-key': { type: 'text', value: 'KEY', required: true, summary: '' },
    type: { type: 'text', value: 'TYPE', choices: ['FULL', 'DIFFERENTIAL'], summary: '' },
    'block-size': {
      type: 'number',
      value: 'N',
      min: 512,
      max: 65536,
      choices: [512, 1024],
      summary: '',
    },
    pause: { type: 'number', value: 'S', min: 0.1, max: 9, decimals: true, summary: '' },
    size: { type: 'number', value: 'N', min: 1, max: 100, multipleOf: 5, summary: '' },
    force: { type: 'flag', summary: '' },
  },
  examples: [],
  run: () => Promise.resolve(0),
});

const good = ['a.bak', 's3://b', '--kms-key', 'k'];
const parse = (...args: string[]) => parseCommandLine(command, args);

function usage(args: string[], message: RegExp) {
  assert.throws(
    () => parse(...args),
    (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('command line', () => {
  it('gives options by name and what is left in order, whatever stands first', () => {
    const expected = {
      options: { 'kms-key': 'k', json: false, help: false, force: true },
      positionals: ['a', 'b', 's3://b'],
    };
    assert.deepEqual(parse('--force', 'a', 'b', '--kms-key=k', 's3://b'), expected);
    assert.deepEqual(parse('a', '--kms-key', 'k', 'b', 's3://b', '--force'), expected);
  });

  it('names an unknown option and the one that was meant', () => {
    usage([...good, '--kms-kee', 'x'], /Unknown option --kms-kee\. Did you mean --kms-key\?/);
    usage([...good, '--regoin=x'], /--regoin\. Did you mean --region\?/);
    usage([...good, '--zzzzzz'], /^Unknown option --zzzzzz\.$/);
    usage([...good, '-x'], /Unknown option -x/);
    usage([...good, '--toString'], /Unknown option --toString/);
  });

  it('never takes a password and says where it belongs', () => {
    for (const option of ['--password', '--password=secret', '--passwd', '-p', '--pass']) {
      assert.throws(
        () => parse(...good, option),
        (error: Error) =>
          /RDS_BACKUP_PASSWORD/.test(error.message) && !/secret/.test(error.message),
      );
    }
  });

  it('refuses a missing, empty, doubled or swallowed value', () => {
    usage(['a', 's3://b', '--kms-key'], /--kms-key needs a value/);
    usage(['a', 's3://b', '--kms-key', ''], /--kms-key needs a value/);
    usage(['a', 's3://b', '--kms-key', '--force'], /--kms-key needs a value, but --force follows/);
    usage([...good, '--kms-key', 'k2'], /--kms-key is given twice/);
    usage([...good, '--force=yes'], /--force takes no value/);
    assert.equal(parse('a', 's3://b', '--kms-key=--odd').options['kms-key'], '--odd');
  });

  it('holds choices and numbers to what is allowed', () => {
    assert.equal(parse(...good, '--type', 'full').options['type'], 'FULL');
    usage([...good, '--type', 'LOG'], /--type must be one of FULL, DIFFERENTIAL; LOG is not/);
    assert.equal(parse(...good, '--block-size', '1024').options['block-size'], 1024);
    usage([...good, '--block-size', '513'], /one of 512, 1024; 513 is not/);
    assert.equal(parse(...good, '--size', '95').options['size'], 95);
    assert.equal(parse(...good, '--pause', '0.25').options['pause'], 0.25);
    usage([...good, '--pause', '.05'], /--pause must be a number from 0\.1 to 9/);
    for (const bad of ['0', '7', '105', '1e1', '0x5', ' 5', 'five', '5.0']) {
      usage([...good, '--size', bad], /--size must be a multiple of 5 from 1 to 100/);
    }
  });

  it('counts what stands alone', () => {
    usage(['--kms-key', 'k'], /FILE and s3:\/\/BUCKET are missing/);
    usage(['a', '--kms-key', 'k'], /^s3:\/\/BUCKET is missing/);
    usage(['a', 's3://b'], /--kms-key KEY is missing/);
    const one = { ...command, positionals: [{ name: 'ID' }] };
    assert.throws(() => parseCommandLine(one, ['1', 'my', '--kms-key', 'k']), /Unexpected "my"/);
  });

  it('wants nothing else beside --help', () => {
    assert.equal(parse('--help').options['help'], true);
    assert.equal(parse('-h').options['help'], true);
  });

  it('takes everything after -- as it is', () => {
    assert.deepEqual(parse('--kms-key', 'k', '--', '--force', 's3://b').positionals, [
      '--force',
      's3://b',
    ]);
  });

  it('finds the command behind shared options', () => {
    assert.equal(commandIndex(['tasks'], awsOptions), 0);
    assert.equal(commandIndex(['--profile', 'prod', '--region=x', 'tasks', 'y'], awsOptions), 3);
    assert.equal(commandIndex(['--version'], awsOptions), -1);
    assert.equal(commandIndex([], awsOptions), -1);
  });
});
