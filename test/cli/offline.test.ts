import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fixture } from '../support/paths.js';
import { cli } from './cliProcess.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('inspect a file', () => {
  let folder: string;
  const oddName = "Jahres-Sicherung Nº1 #2 + 100% o'k.bak";
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-inspect '));
    await copyFile(sample, path.join(folder, oddName));
    await writeFile(path.join(folder, 'notes.txt'), 'This is no backup.'.repeat(100));
    await writeFile(path.join(folder, 'empty.bak'), '');
  });
  after(() => rm(folder, { recursive: true }));

  it('shows what is in it', async () => {
    const run = await cli(['inspect', path.join(folder, oddName)]);
    assert.equal(run.code, 0);
    assert.equal(run.stderr, '');
    assert.ok(run.stdout.startsWith(path.join(folder, oddName)));
    for (const fact of [
      /^ {2}Database +NORTHWIND$/m,
      /^ {2}Type +Full$/m,
      /SQL Server 2016 \(13\.0\.5026\)/,
      /^ {2}Size +1\.07 MiB \(1,125,376 bytes\)$/m,
      /^ {2}Started +2021-10-14 08:10:22-06:00$/m,
      /^ {2}Last LSN +76000000048800001$/m,
      /^ {2}log +Northwind_log +3\.75 MiB +G:\\SQLServer/m,
    ]) {
      assert.match(run.stdout, fact);
    }
  });

  it('gives programs all there is, as JSON', async () => {
    const run = await cli(['inspect', sample, '--json']);
    const { backups } = JSON.parse(run.stdout) as {
      backups: {
        location: string;
        header: { fileSize: number; sets: Record<string, unknown>[] };
      }[];
    };
    const expected = JSON.parse(
      await readFile(fixture('backups', 'expected.json'), 'utf8'),
    ) as Record<string, { fileSize: number; sets: Record<string, unknown>[] }>;
    const wanted = expected[path.basename(sample)]!;
    const [backup] = backups;
    assert.equal(backup?.location, sample);
    assert.equal(backup.header.fileSize, wanted.fileSize);
    const set = backup.header.sets[0]!;
    for (const name of [
      'databaseName',
      'firstLsn',
      'lastLsn',
      'backupSetGuid',
      'softwareVersion',
    ]) {
      assert.deepEqual(set[name], wanted.sets[0]![name], name);
    }
  });

  it('goes on with the others when one is not a backup, and ends with 1', async () => {
    const run = await cli([
      'inspect',
      path.join(folder, 'notes.txt'),
      path.join(folder, 'empty.bak'),
      path.join(folder, 'missing.bak'),
      path.join(folder, `*${oddName.slice(-5)}`),
    ]);
    assert.equal(run.code, 1);
    assert.equal(run.stderr.match(/^Error: /gm)?.length, 3);
    assert.match(run.stderr.replace(/\s+/g, ' '), /missing\.bak does not exist/);
    assert.match(run.stdout, /Database +NORTHWIND/);
    assert.doesNotMatch(run.stderr, /\n {4}at /);
  });
});

describe('explain', () => {
  const message =
    'Aborted the task because of a task failure or a concurrent RESTORE_DB request. ' +
    'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.';

  it('says what a message means and what to do', async () => {
    const run = await cli(['explain', message]);
    assert.equal(run.code, 0);
    assert.match(run.stdout, /not client-side encrypted.*\[cse-metadata-incomplete\]/);
    assert.match(run.stdout, /^ {2}Cause /m);
    assert.match(run.stdout, /^ {2}Fix /m);
  });

  it('takes it from standard input and without quotes', async () => {
    const piped = await cli(['explain', '--json'], { input: `${message}\r\n` });
    assert.equal((JSON.parse(piped.stdout) as { id: string }).id, 'cse-metadata-incomplete');
    const words = await cli(['explain', ...message.split(' ')]);
    assert.match(words.stdout, /\[cse-metadata-incomplete\]/);
  });

  it('says so when it does not know one', async () => {
    const run = await cli(['explain', 'The printer is on fire.']);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /not among the known failures/);
    assert.equal(run.stdout, '');
  });
});

describe('--print-sql', () => {
  const env = { AWS_REGION: 'eu-central-1' };

  it('shows a restore with all its parameters, asking nobody', async () => {
    const run = await cli(
      [
        'restore',
        ...['--instance', 'mydb', '--from', "s3://my-bucket/O'Brien 100%.bak"],
        ...['--database', "O'Brien", '--kms-key', keyArn, '--type', 'differential'],
        ...['--norecovery', '--keep-cdc', '--data-volume', 'h:', '--log-volume', 'I:'],
        ...['--block-size', '65536', '--max-transfer-size', '4194304', '--buffer-count', '10'],
        '--print-sql',
      ],
      { env },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(
      run.stdout,
      [
        'EXEC msdb.dbo.rds_restore_database',
        "    @restore_db_name = N'O''Brien',",
        "    @s3_arn_to_restore_from = N'arn:aws:s3:::my-bucket/O''Brien 100%.bak',",
        '    @with_norecovery = 1,',
        "    @type = N'DIFFERENTIAL',",
        '    @keep_cdc = 1,',
        "    @data_file_volume = N'H:',",
        "    @log_file_volume = N'I:',",
        `    @kms_master_key_arn = N'${keyArn}',`,
        '    @block_size = 65536,',
        '    @max_transfer_size = 4194304,',
        '    @buffer_count = 10;',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what was not given, and knows the partition of the region', async () => {
    const args = ['restore', '--host', 'h', '--user', 'u', '--from', 's3://my-bucket/a*'];
    const run = await cli([...args, '--database', 'A', '--print-sql', '--json'], {
      env: { AWS_REGION: 'cn-north-1' },
    });
    assert.deepEqual(JSON.parse(run.stdout), {
      sql:
        "EXEC msdb.dbo.rds_restore_database\n    @restore_db_name = N'A',\n" +
        "    @s3_arn_to_restore_from = N'arn:aws-cn:s3:::my-bucket/a*';",
    });
    const differential = await cli(
      [...args, '--database', 'A', '--print-sql', '--type', 'DIFFERENTIAL'],
      { env },
    );
    assert.match(differential.stdout, /@with_norecovery = 0/);
  });

  it('refuses what RDS would refuse, as a wrong command line', async () => {
    const run = await cli(
      [
        'restore',
        '--instance',
        'i',
        '--from',
        's3://my-bucket/a*b',
        '--database',
        'A',
        '--print-sql',
      ],
      { env },
    );
    assert.equal(run.code, 2);
    assert.match(run.stderr, /asterisk must be the last/);
  });

  it('shows the other statements, too', async () => {
    const target = ['--host', 'h', '--user', 'u', '--print-sql'];
    const shown = await Promise.all(
      [['tasks'], ['tasks', '--database', 'A'], ['task', '5'], ['cancel', '5'], ['databases']].map(
        async (command) => (await cli([...command, ...target])).stdout,
      ),
    );
    assert.deepEqual(shown.slice(0, 4), [
      'EXEC msdb.dbo.rds_task_status;\n',
      "EXEC msdb.dbo.rds_task_status\n    @db_name = N'A';\n",
      'EXEC msdb.dbo.rds_task_status\n    @task_id = 5;\n',
      'EXEC msdb.dbo.rds_cancel_task\n    @task_id = 5;\n',
    ]);
    assert.match(shown[4] ?? '', /FROM sys\.databases/);
  });
});

describe('failures', () => {
  it('tell in one block what is wrong, never with the password', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as net.AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const args = [
      'tasks',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--user',
      'admin',
      '--json',
    ];
    const run = await cli(args, { env: { RDS_BACKUP_PASSWORD: 'geheim-4711' } });
    assert.equal(run.code, 1);
    const { error } = JSON.parse(run.stdout) as { error: { code: string } };
    assert.equal(error.code, 'sql/unreachable');
    assert.match(run.stderr, /^Error: 127\.0\.0\.1:\d+ cannot be reached/);
    assert.doesNotMatch(run.stderr + run.stdout, /geheim|\n {4}at /);
    const piped = await cli([...args, '--password-stdin'], { input: 'geheim-4711\n' });
    assert.equal(piped.code, 1);
    assert.doesNotMatch(piped.stderr + piped.stdout, /geheim/);
  });

  it('show the stack to those who debug', async () => {
    const run = await cli(['instances', '--region', 'nowhere'], { env: { RDS_BACKUP_DEBUG: '1' } });
    assert.equal(run.code, 1);
    assert.match(run.stderr, /not an AWS region[\s\S]*\n {4}at /);
  });

  it('include a missing password where nobody can be asked: exit code 2', async () => {
    const run = await cli(['tasks', '--host', '127.0.0.1', '--user', 'admin']);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /password of admin is needed/);
  });

  it('warn when the certificate is not checked', async () => {
    const run = await cli(['tasks', '--host', 'h', '--user', 'u', '--trust-server-certificate']);
    assert.match(run.stderr, /^Warning: The server certificate is not checked/);
  });
});

describe('standard output', () => {
  it('may be closed by its reader', async () => {
    const run = await cli(['help'], {
      onSpawn: (child) => child.stdout?.destroy(),
    });
    assert.equal(run.code, 0);
    assert.equal(run.stderr, '');
  });
});
