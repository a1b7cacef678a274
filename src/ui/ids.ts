/**
 * Every id that the code and `package.json` share; a test holds one against the other. Commands are
 * `product.noun.verb`.
 */
export const commandIds = {
  upload: 'rdsBackup.backup.upload',
  inspect: 'rdsBackup.backup.inspect',
  restore: 'rdsBackup.database.restore',
  download: 'rdsBackup.object.download',
  verify: 'rdsBackup.object.verify',
  deleteObject: 'rdsBackup.object.delete',
  loadMore: 'rdsBackup.object.loadMore',
  addBucket: 'rdsBackup.bucket.add',
  removeBucket: 'rdsBackup.bucket.remove',
  signIn: 'rdsBackup.instance.signIn',
  forgetPassword: 'rdsBackup.instance.forgetPassword',
  showTranscript: 'rdsBackup.task.showTranscript',
  cancelTask: 'rdsBackup.task.cancel',
  copySql: 'rdsBackup.task.copySql',
  cancelTransfer: 'rdsBackup.transfer.cancel',
  explainFailure: 'rdsBackup.failure.explain',
  copyArn: 'rdsBackup.arn.copy',
  copyValue: 'rdsBackup.value.copy',
  openConsole: 'rdsBackup.console.open',
  selectProfile: 'rdsBackup.aws.selectProfile',
  selectRegion: 'rdsBackup.aws.selectRegion',
  renewCredentials: 'rdsBackup.aws.renewCredentials',
  startSandbox: 'rdsBackup.sandbox.start',
  stopSandbox: 'rdsBackup.sandbox.stop',
  resetSandbox: 'rdsBackup.sandbox.reset',
  refreshInstances: 'rdsBackup.instances.refresh',
  refreshOptionGroups: 'rdsBackup.optionGroups.refresh',
  refreshBackups: 'rdsBackup.backups.refresh',
  refreshTasks: 'rdsBackup.tasks.refresh',
  showLog: 'rdsBackup.log.show',
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

export const viewIds = {
  instances: 'rdsBackup.instances',
  optionGroups: 'rdsBackup.optionGroups',
  backups: 'rdsBackup.backups',
  tasks: 'rdsBackup.tasks',
} as const;
export type ViewId = (typeof viewIds)[keyof typeof viewIds];

export const settingIds = {
  profile: 'rdsBackup.profile',
  region: 'rdsBackup.region',
  endpointUrl: 'rdsBackup.endpointUrl',
  caFile: 'rdsBackup.caFile',
  trustServerCertificate: 'rdsBackup.trustServerCertificate',
  envelopeFormat: 'rdsBackup.upload.envelopeFormat',
  memoryBudget: 'rdsBackup.upload.memoryBudget',
  pollInterval: 'rdsBackup.tasks.pollInterval',
} as const;

/** Context keys that `when` clauses read. A view's own key is its id and `.state`: a {@link ViewState}. */
export const contextKeys = {
  sandboxRunning: 'rdsBackup.sandbox.running',
} as const;

/** Why a view shows what it shows; its welcome text depends on it. */
export const viewStates = [
  'ready',
  'empty',
  'no-credentials',
  'expired',
  'denied',
  'no-region',
  'unreachable',
  'not-signed-in',
  'failed',
] as const;
export type ViewState = (typeof viewStates)[number];

export const taskLogLanguage = 'rds-task-log';
/** Scheme of the read-only document of one native task. */
export const taskScheme = 'rds-task';
/** Scheme of the read-only account of a backup. */
export const inspectionScheme = 'rds-backup';
/** Type of tasks in tasks.json. */
export const taskType = 'rdsBackup';
