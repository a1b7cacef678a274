import { type AwsSession, openSession } from '../../core/aws/session.js';
import type { CommandContext } from '../arguments/command.js';
import type { awsOptions } from '../arguments/commonOptions.js';
import { askHidden } from '../terminal/prompt.js';
import { UsageError } from '../arguments/usageError.js';

/** Opens an AWS session as the command line says, and closes its connections at the end. */
export async function withSession<T>(
  { options, host }: CommandContext<typeof awsOptions>,
  use: (session: AwsSession) => Promise<T>,
): Promise<T> {
  const session = await openSession({
    profile: options.profile,
    region: options.region,
    endpointUrl: options['endpoint-url'],
    mfaCode: (serial) => {
      if (!host.stdin.isTTY) {
        throw new UsageError(
          `The profile asks for the code of the MFA device ${serial}, and there is no terminal to type it at.`,
        );
      }
      return askHidden(`MFA code of ${serial}: `, host);
    },
  });
  try {
    return await use(session);
  } finally {
    session.dispose();
  }
}
