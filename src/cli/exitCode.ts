/** What a caller's script can tell from the exit code. */
export const exitCode = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
