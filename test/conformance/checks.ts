import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type PythonEnvironment, runScript } from './clients.js';

interface CheckReport {
  readonly check: string;
  /** Python's traceback; null when the check passed. */
  readonly error: string | null;
}

/** Runs a script of clients/checks.py and makes each of its checks a test of its own. */
export async function runChecks(
  t: TestContext,
  environment: PythonEnvironment,
  script: string,
  input: object,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const output = await runScript(environment, script, input, env);
  const reports = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CheckReport);
  assert.ok(reports.length > 1, `${script} checked next to nothing`);
  for (const { check, error } of reports) {
    await t.test(check, () => {
      if (error !== null) assert.fail(error);
    });
  }
}
