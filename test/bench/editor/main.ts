// npm run -s bench:editor: prints one JSON object on standard output about the packaged extension in a
// real VS Code.
//   --size 1GiB   size of the backup that is uploaded
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../support/paths.js';
import { runInside } from '../../vscode/runInside.js';
import { Stage } from '../../vscode/stage.js';
import { prepared, VscodeServer } from '../../vscode/vscodeServer.js';
import { byteCount } from '../byteCount.js';
import { activationBytes } from './activationBundle.js';
import { type EditorFigures, mark } from './figures.js';

/** What was aimed at: each figure is to be at most this. */
const aims = { vsixBytes: 2e6, activationBytes: 150_000, activateMs: 50, delayP99Ms: 20 } as const;

const { values } = parseArgs({ options: { size: { type: 'string', default: '1GiB' } } });
const bytes = byteCount(values.size);

const stage = await Stage.start();
try {
  const file = await stage.addBackup('bench.bak', { size: bytes, content: 'zeros' });
  await mkdir(path.join(stage.workspace, '.vscode'), { recursive: true });
  await writeFile(
    path.join(stage.workspace, '.vscode', 'tasks.json'),
    JSON.stringify({
      version: '2.0.0',
      tasks: [
        {
          label: 'upload',
          type: 'rdsBackup',
          action: 'upload',
          file,
          object: `s3://${stage.info.bucket}/bench.bak`,
          kmsKey: stage.info.kmsKeyArn,
        },
      ],
    }),
  );
  const figures = await insideEditor(stage);
  const vsix = await stat(path.join(root, 'out', 'extension.vsix'));
  process.stdout.write(
    `${JSON.stringify(
      {
        bytes,
        vsixBytes: vsix.size,
        activationBytes: await activationBytes(path.join(root, 'dist', 'extension.js')),
        ...figures,
        aims,
      },
      undefined,
      2,
    )}\n`,
  );
} finally {
  await stage.stop();
}

/** The folder into which VS Code has unpacked the VSIX. */
async function installed(): Promise<string> {
  const folder = prepared('RDS_BACKUP_EXTENSIONS');
  const name = (await readdir(folder)).find((entry) => entry.startsWith('rds-sqlserver-backup.'));
  if (name === undefined) throw new Error(`${folder} holds no extension.`);
  return path.join(folder, name);
}

async function insideEditor(on: Stage): Promise<EditorFigures> {
  const server = await VscodeServer.start({
    settings: on.settings,
    env: on.env,
    runsSuites: true,
  });
  try {
    let figures: EditorFigures | undefined;
    let said = '';
    const code = await runInside(server, {
      workspace: on.workspace,
      extension: await installed(),
      entry: 'out/test/bench/editor/index.js',
      onLine: (text) => {
        if (text.startsWith(mark)) figures = JSON.parse(text.slice(mark.length)) as EditorFigures;
        else said += `${text}\n`;
      },
    });
    if (code !== 0 || figures === undefined) {
      throw new Error(`The extension host ended with ${code}. It said:\n${said}`);
    }
    return figures;
  } finally {
    await server.stop();
  }
}
