// A VS Code in the browser to try the extension in, with a sandbox in the place of AWS and SQL Server.
import { Stage } from './stage.js';
import { prepared, VscodeServer } from './vscodeServer.js';

// Five times faster than life: quick, but slow enough to watch.
const timeScale = 5;

const stopped = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
});

const stage = await Stage.start({ timeScale });
try {
  const server = await VscodeServer.start({
    settings: { ...stage.settings, 'workbench.startupEditor': 'welcomePage' },
    env: stage.env,
    extensions: prepared('RDS_BACKUP_EXTENSIONS'),
  });
  try {
    const { bucket, kmsKeyArn, instances } = stage.info;
    process.stdout.write(`
VS Code with the extension is at

  ${server.url(stage.workspace)}

The workspace holds sample backups: right-click one, “Encrypt and Upload to S3…”. The sandbox has
  the bucket     ${bucket}
  the KMS key    ${kmsKeyArn}
  the instances  ${instances.map(({ id }) => id).join(', ')}
Everything listens on this machine only. Ctrl-C stops it and removes its files.
`);
    await stopped;
  } finally {
    await server.stop();
  }
} finally {
  await stage.stop();
}
