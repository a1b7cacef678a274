import * as vscode from 'vscode';
import { diagnose } from '../../../core/diagnosis/diagnose.js';
import { parseTaskInfo } from '../../../core/nativeTasks/taskInfo.js';
import { taskFacts } from '../../../core/text/taskFacts.js';
import { formatDuration } from '../../../core/text/units.js';
import type { NativeTask } from '../../nativeTasks/nativeTasks.js';
import { stateWord, taskTitle } from '../../nativeTasks/taskWords.js';

const shownMessages = 4;
const longestMessage = 300;

/** What there is to say of a task at a glance; the transcript says the rest. */
export function taskTooltip({ row, instanceId }: NativeTask): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const line = (label: string, value: string) => {
    text.appendMarkdown(`**${label}** `).appendText(value).appendMarkdown('  \n');
  };
  text.appendMarkdown('**').appendText(taskTitle(row, instanceId)).appendMarkdown('**\n\n');
  const failure = row.lifecycle === 'ERROR' ? diagnose(row.taskInfo)?.title : undefined;
  line(vscode.l10n.t('State'), stateWord(row.lifecycle));
  if (failure !== undefined) line(vscode.l10n.t('Failure'), failure);
  for (const [label, value] of taskFacts(row)) line(label, value);
  if (row.durationMinutes !== undefined && row.durationMinutes > 0) {
    line(vscode.l10n.t('Duration'), formatDuration(row.durationMinutes * 60));
  }
  const messages = parseTaskInfo(row.taskInfo).slice(-shownMessages);
  if (messages.length > 0) text.appendMarkdown('\n---\n');
  for (const message of messages) {
    const { text: said } = message;
    text
      .appendMarkdown('- ')
      .appendText(said.length > longestMessage ? `${said.slice(0, longestMessage)}…` : said)
      .appendMarkdown('\n');
  }
  return text;
}
