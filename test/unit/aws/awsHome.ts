import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A home folder of its own with AWS files, and no AWS_ variables from outside, so that nothing of the
 * machine's user is seen and nothing leaves loopback.
 */
export async function awsHome() {
  const folder = await mkdtemp(path.join(tmpdir(), 'rds-backup-aws-'));
  const clear = () => {
    for (const name of Object.keys(process.env)) {
      if (/^AWS_/i.test(name)) Reflect.deleteProperty(process.env, name);
    }
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    process.env['HOME'] = folder;
    process.env['USERPROFILE'] = folder;
    process.env['AWS_CONFIG_FILE'] = path.join(folder, 'config');
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = path.join(folder, 'credentials');
  };
  clear();
  return {
    folder,
    clear,
    config: (text: string) => writeFile(path.join(folder, 'config'), text),
    credentials: (text: string) => writeFile(path.join(folder, 'credentials'), text),
    file: async (name: string, text: string) => {
      const file = path.join(folder, name);
      await writeFile(file, text);
      return file;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
