import type * as vscode from 'vscode';

/** Does `body` with a signal that is aborted when VS Code cancels. */
export async function abortedBy<T>(
  token: vscode.CancellationToken,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  if (token.isCancellationRequested) stop.abort();
  const listener = token.onCancellationRequested(() => {
    stop.abort();
  });
  try {
    return await body(stop.signal);
  } finally {
    listener.dispose();
  }
}
