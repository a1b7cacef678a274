import { type SandboxInfo, startSandbox } from '../support/sandbox.js';
import type { AwsPlace } from './awsPlace.js';

export interface SandboxPlace extends AwsPlace {
  readonly info: SandboxInfo;
  readonly stop: () => Promise<void>;
}

/** The sandbox with its time made to pass fast, as a place that AWS's clients go to. */
export async function startSandboxPlace(): Promise<SandboxPlace> {
  const sandbox = await startSandbox({ args: ['--time-scale', '120'] });
  const { endpointUrl, region, accessKeyId, secretAccessKey } = sandbox.info;
  return {
    ...{ endpointUrl, region, accessKeyId, secretAccessKey },
    info: sandbox.info,
    stop: () => sandbox.stop(),
  };
}
