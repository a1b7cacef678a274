import type { Finding } from '../../core/preflight/finding.js';

/** A question to go back to, or something to do at once. */
export type WayOut =
  | { readonly kind: 'ask-name' | 'ask-source' | 'ask-key' | 'ask-instance' | 'check-again' }
  | { readonly kind: 'pass-key'; readonly keyArn: string | undefined };

/** What the summary of a restore offers to do about a finding. */
export function wayOutOf({ remedy, values }: Finding): WayOut {
  const keyArn = values?.['keyArn'];
  switch (remedy) {
    case 'choose-another-name':
      return { kind: 'ask-name' };
    case 'choose-another-object':
    case 'choose-all-files':
    case 'state-differential':
    case 'upload-again':
      return { kind: 'ask-source' };
    case 'pass-the-key':
    case 'choose-another-key':
      return keyArn?.startsWith('arn:') === true
        ? { kind: 'pass-key', keyArn }
        : { kind: 'ask-key' };
    case 'drop-the-key':
      return { kind: 'pass-key', keyArn: undefined };
    case 'choose-another-instance':
      return { kind: 'ask-instance' };
    case 'wait-for-tasks':
    case 'wait-for-instance':
    case undefined:
      return { kind: 'check-again' };
  }
}
