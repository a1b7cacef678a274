import type { AwsPlace } from '../awsPlace.js';
import type { CleanUp } from '../cleanUp.js';
import { JavaProgram, type NewClientOperation, type OldClientOperation } from './javaProgram.js';

/** Both of AWS's clients for Java, each in a Java machine of its own. */
export interface JavaClients {
  /** Of the AWS SDK for Java 1. */
  readonly old: JavaProgram<OldClientOperation>;
  /** Amazon S3 Encryption Client for Java 4, on the AWS SDK for Java 2. */
  readonly new: JavaProgram<NewClientOperation>;
}

/** Starts both; `cleanUp` ends them. */
export function startJavaClients(place: AwsPlace, cleanUp: CleanUp): JavaClients {
  const old = JavaProgram.start<OldClientOperation>('OldClient', place);
  cleanUp.add(() => old.stop());
  const newer = JavaProgram.start<NewClientOperation>('NewClient', place);
  cleanUp.add(() => newer.stop());
  return { old, new: newer };
}
