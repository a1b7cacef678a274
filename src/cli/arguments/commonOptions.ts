import type { OptionSpecs } from './command.js';

/** For every command. */
export const globalOptions = {
  json: {
    type: 'flag',
    summary: 'print JSON for programs: one document, or one line per event with --follow',
  },
  help: { type: 'flag', summary: 'show this help' },
} as const satisfies OptionSpecs;

/** For every command that calls AWS. */
export const awsOptions = {
  profile: { type: 'text', value: 'NAME', summary: 'profile of the AWS configuration files' },
  region: { type: 'text', value: 'REGION', summary: 'AWS Region, for example eu-central-1' },
  'endpoint-url': { type: 'text', value: 'URL', summary: 'send every AWS call to this endpoint' },
} as const satisfies OptionSpecs;

/** For every command that talks to the instance in T-SQL. */
export const sqlOptions = {
  instance: { type: 'text', value: 'ID', summary: 'DB instance identifier' },
  user: { type: 'text', value: 'LOGIN', summary: 'SQL login (default: the master user)' },
  'password-stdin': { type: 'flag', summary: 'read the password from standard input' },
  host: { type: 'text', value: 'HOST', summary: "connect here, not to the instance's endpoint" },
  port: { type: 'number', value: 'PORT', min: 1, max: 65535, summary: 'TCP port' },
  'ca-file': {
    type: 'text',
    value: 'FILE',
    summary: 'certificates (PEM) to trust besides those of Amazon RDS',
  },
  'trust-server-certificate': {
    type: 'flag',
    summary: "do not check the server's certificate (unsafe)",
  },
  'print-sql': { type: 'flag', summary: 'show the T-SQL and do not run it' },
} as const satisfies OptionSpecs;

/** For commands that stay with a task until it ends. */
export const followOptions = {
  follow: { type: 'flag', summary: 'stay until the task has ended' },
  poll: {
    type: 'number',
    value: 'SECONDS',
    min: 0.1,
    max: 3600,
    decimals: true,
    summary: 'look at the task this often (default 2, less often while nothing changes)',
  },
} as const satisfies OptionSpecs;

/** How to give the password; stands in the help of every command that needs one. */
export const passwordHelp =
  'The password is never an argument. It comes from --password-stdin, or from the environment ' +
  'variable RDS_BACKUP_PASSWORD, or from the secret that RDS manages for the master user in AWS ' +
  'Secrets Manager, or you are asked for it.';
