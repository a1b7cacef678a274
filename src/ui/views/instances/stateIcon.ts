import * as vscode from 'vscode';
import { failedColour, passedColour, warningColour } from '../iconColours.js';
import type { InstanceState } from './instanceState.js';

/** A shape of its own for each state; the colour only adds to it. */
export function stateIcon(state: InstanceState, readyIcon: 'server' | 'pass'): vscode.ThemeIcon {
  switch (state) {
    case 'ready':
      return new vscode.ThemeIcon(readyIcon, passedColour);
    case 'pending':
      return new vscode.ThemeIcon('clock', new vscode.ThemeColor('problemsInfoIcon.foreground'));
    case 'missing':
      return new vscode.ThemeIcon('warning', warningColour);
    case 'failed':
      return new vscode.ThemeIcon('error', failedColour);
    case 'stopped':
      return new vscode.ThemeIcon('stop-circle', new vscode.ThemeColor('disabledForeground'));
    case 'unknown':
      return new vscode.ThemeIcon('question');
  }
}
