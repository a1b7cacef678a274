import * as vscode from 'vscode';

// The ids that sound right (testing.icon…, problemsErrorIcon) are white in the dark high-contrast theme
// or too pale on white.

export const passedColour = new vscode.ThemeColor('charts.green');
export const warningColour = new vscode.ThemeColor('problemsWarningIcon.foreground');
export const failedColour = new vscode.ThemeColor('errorForeground');
