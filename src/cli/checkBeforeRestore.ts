import type { AwsSession } from '../core/aws/session.js';
import type { Finding, Unchecked } from '../core/preflight/finding.js';
import type { PlannedRestore } from '../core/preflight/restoreFacts.js';
import type { Output } from './terminal/output.js';
import { findingText, uncheckedText } from './text/findingText.js';
import type { Server } from './targets/server.js';

/** What was found, as it goes into the JSON document. */
export interface RestoreCheck {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
}

/** Looks for what would make the restore fail, and tells it on standard error. */
export async function checkBeforeRestore(
  restore: PlannedRestore,
  server: Server,
  session: AwsSession,
  output: Output,
  signal: AbortSignal,
): Promise<RestoreCheck> {
  const { gatherRestoreFacts } = await import('../core/preflight/gatherRestoreFacts.js');
  const { checkRestore } = await import('../core/preflight/checkRestore.js');
  const { facts, unchecked } = await gatherRestoreFacts({ ...server, session, restore, signal });
  const findings = checkRestore(facts);
  const { noticeStyle: style, noticeWidth: width } = output;
  for (const finding of findings) output.notice(findingText(finding, style, width));
  for (const each of unchecked) output.notice(uncheckedText(each, style, width));
  return { findings, unchecked };
}

/** Says why nothing was started. */
export function reportBlocked(check: RestoreCheck, output: Output): void {
  const message =
    'The restore was not started: RDS would refuse it. --force starts it all the same.';
  output.event({ error: { code: 'restore/would-fail', message }, check });
  output.notice(message);
}
