/** The command line itself is wrong; nothing has been started. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
