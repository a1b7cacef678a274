import * as vscode from 'vscode';

const shownMs = 4000;

/** Confirms in the status bar what the user has just asked for: seen at a glance, gone by itself. */
export function confirmBriefly(text: string): void {
  vscode.window.setStatusBarMessage(`$(check) ${text}`, shownMs);
}
