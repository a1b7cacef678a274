import { type SandboxInfo, startSandbox } from '../support/sandbox.js';
import type { AwsPlace } from './awsPlace.js';

export interface SandboxPlace extends AwsPlace {
  readonly info: SandboxInfo;
  readonly stop: () => Promise<void>;
}

/** The sandbox as a place that AWS's clients go to, its time made to pass `timeScale` times as fast. */
export async function startSandboxPlace(timeScale = 120): Promise<SandboxPlace> {
  const sandbox = await startSandbox({ args: ['--time-scale', String(timeScale)] });
  const { endpointUrl, region, accessKeyId, secretAccessKey } = sandbox.info;
  return {
    ...{ endpointUrl, region, accessKeyId, secretAccessKey },
    info: sandbox.info,
    stop: () => sandbox.stop(),
  };
}
