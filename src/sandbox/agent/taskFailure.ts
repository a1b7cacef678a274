import { ServiceFailure } from '../contract.js';

/**
 * The end of a task in ERROR. `service`: the agent failed at S3 or KMS, before SQL Server began.
 * `engine`: SQL Server refused the backup. `exception`: the agent refused it.
 */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  constructor(
    readonly stage: 'service' | 'engine' | 'exception',
    /** SQL Server's messages, or the one reason. */
    readonly reasons: readonly string[],
    /** The agent's own last line. */
    readonly epilogue = 'Task has been aborted',
  ) {
    super(reasons.join('  '));
  }
}

export const serviceFailure = (reason: string) => new TaskFailure('service', [reason]);
export const exceptionFailure = (reason: string) => new TaskFailure('exception', [reason]);

/** SQL Server's refusal with its closing line, such as `RESTORE FILELIST is terminating abnormally.` */
export const engineFailure = (
  what: 'RESTORE FILELIST' | 'RESTORE DATABASE' | 'RESTORE LOG',
  ...reasons: readonly string[]
) => new TaskFailure('engine', [...reasons, `${what} is terminating abnormally.`]);

export const keyDoesNotExist = (keyArn: string) => serviceFailure(`Key ‘${keyArn}’ does not exist`);

/** What S3 said, in the agent's words. */
export function s3Failure(error: unknown): unknown {
  if (!(error instanceof ServiceFailure)) return error;
  switch (error.code) {
    case 'NoSuchBucket':
      return serviceFailure('The specified bucket does not exist');
    case 'NoSuchKey':
    case 'NotFound':
      return serviceFailure('The specified key does not exist.');
    case 'AccessDenied':
      return serviceFailure('Access Denied');
    default:
      return serviceFailure(error.message || error.code);
  }
}

const deniedByKms = /User: (\S+) is not authorized to perform: (kms:\w+) on resource: (\S+)/;

/** What KMS said about the key the task was given, in the agent's words. */
export function kmsFailure(error: unknown, keyArn: string): unknown {
  if (!(error instanceof ServiceFailure)) return error;
  switch (error.code) {
    case 'NotFoundException':
    // The key exists, but another one wrapped the data key.
    case 'IncorrectKeyException':
      return keyDoesNotExist(keyArn);
    case 'AccessDeniedException': {
      const [, user, action, resource] = deniedByKms.exec(error.message) ?? [];
      return serviceFailure(
        user !== undefined && action !== undefined && resource !== undefined
          ? `User: ${user} is not authorized to perform ${action} on resource ${resource}`
          : error.message,
      );
    }
    default:
      return serviceFailure(error.message || error.code);
  }
}
