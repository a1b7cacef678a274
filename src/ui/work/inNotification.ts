import * as vscode from 'vscode';
import type { Work, WorkKind, WorkList } from './work.js';

/** A message that changes more often only flickers. */
const shortestMs = 250;

/**
 * Does `body` as work and shows it in a notification that the user can cancel, until it ends.
 * @throws what `body` throws
 */
export async function inNotification<T>(
  list: WorkList,
  kind: WorkKind,
  title: string,
  body: (work: Work) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) =>
      list.run(kind, title, async (work) => {
        let shownPercent = 0;
        let timer: NodeJS.Timeout | undefined;
        const show = () => {
          timer = undefined;
          const percent = work.percent ?? 0;
          const message = [work.percent === undefined ? '' : `${percent} %`, work.detail];
          progress.report({
            increment: Math.max(0, percent - shownPercent),
            message: message.filter((part) => part !== '').join(' · '),
          });
          shownPercent = Math.max(percent, shownPercent);
        };
        const listeners = [
          token.onCancellationRequested(() => {
            work.cancel();
          }),
          list.onDidChange((changed) => {
            if (changed === work) timer ??= setTimeout(show, shortestMs);
          }),
        ];
        try {
          return await body(work);
        } finally {
          clearTimeout(timer);
          for (const listener of listeners) listener.dispose();
        }
      }),
  );
}
