/** What `--json` prints: everything a client needs. The secrets open nothing but this sandbox. */
export interface SandboxInfo {
  readonly endpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly bucket: string;
  readonly kmsKeyArn: string;
  readonly instances: readonly {
    readonly id: string;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly caFile: string;
  }[];
  readonly roleArn: string;
  readonly optionGroup: string;
}

/** For people: how to point a client at the sandbox. */
export function instructions(info: SandboxInfo, stateFolder: string, timeScale: number): string {
  const set = process.platform === 'win32' ? 'set ' : 'export ';
  const lines = [
    `The sandbox is ready; its time runs ${timeScale} times faster than the clock. Ctrl-C stops it.`,
    `Its state is kept in ${stateFolder}`,
    '',
    'AWS (credentials of this sandbox only; they open nothing else):',
    `  ${set}AWS_ENDPOINT_URL=${info.endpointUrl}`,
    `  ${set}AWS_REGION=${info.region}`,
    `  ${set}AWS_ACCESS_KEY_ID=${info.accessKeyId}`,
    `  ${set}AWS_SECRET_ACCESS_KEY=${info.secretAccessKey}`,
    `  bucket        ${info.bucket}`,
    `  KMS key       ${info.kmsKeyArn}`,
    `  option group  ${info.optionGroup} (role ${info.roleArn})`,
    '',
    'SQL Server instances:',
    ...info.instances.flatMap(({ id, host, port, user, password }) => [
      `  ${id}`,
      `    ${host},${port}   user ${user}   password ${password}`,
    ]),
    `  certificate authority  ${info.instances[0]?.caFile ?? ''}`,
    '',
    'Then, for example:',
    '  rds-backup instances',
    `  rds-backup upload FILE.bak s3://${info.bucket}/ --kms-key ${info.kmsKeyArn}`,
    '',
  ];
  return lines.join('\n');
}
