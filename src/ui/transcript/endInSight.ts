import * as vscode from 'vscode';
import { taskScheme } from '../ids.js';

/**
 * Scrolls editors of growing transcripts along, as long as their end is in sight: who scrolls up to
 * read something is left alone.
 */
export function keepEndInSight(): vscode.Disposable {
  return vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (document.uri.scheme !== taskScheme) return;
    let linesBefore = document.lineCount;
    for (const { text, range } of contentChanges) {
      linesBefore -= text.split('\n').length - 1 - (range.end.line - range.start.line);
    }
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      const lastInSight = Math.max(0, ...editor.visibleRanges.map(({ end }) => end.line));
      // The line after the last line break is empty, and need not be in sight itself.
      if (lastInSight >= linesBefore - 2) revealEnd(editor);
    }
  });
}

/** The end says how the task stands; a failed one accounts for its failure there. */
export function revealEnd(editor: vscode.TextEditor): void {
  const { end } = editor.document.lineAt(editor.document.lineCount - 1).range;
  editor.revealRange(new vscode.Range(end, end));
}
