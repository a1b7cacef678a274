import { type Command, type OptionSpec, type OptionSpecs, usageOf } from './command.js';
import { awsOptions, globalOptions, passwordHelp, sqlOptions } from './commonOptions.js';
import type { Style } from '../terminal/style.js';
import { labelled, wrap } from '../text/text.js';

function optionLine([name, spec]: [string, OptionSpec], width: number): string {
  const label = spec.type === 'flag' ? `  --${name}` : `  --${name} ${spec.value}`;
  const choices =
    spec.type !== 'flag' && spec.choices !== undefined ? `; one of ${spec.choices.join(', ')}` : '';
  return labelled(`${label}  `, spec.summary + choices, 30, width);
}

function section(title: string, specs: OptionSpecs, style: Style, width: number): string[] {
  const lines = Object.entries(specs).map((entry) => optionLine(entry, width));
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines];
}

/** What `rds-backup COMMAND --help` prints. */
export function commandHelp(command: Command, style: Style, width: number): string {
  const own: Record<string, OptionSpec> = {};
  const sql: Record<string, OptionSpec> = {};
  const aws: Record<string, OptionSpec> = {};
  for (const [name, spec] of Object.entries(command.options)) {
    const group = name in sqlOptions ? sql : name in awsOptions ? aws : own;
    group[name] = spec;
  }
  return [
    `${style.bold('Usage:')} ${usageOf(command)}`,
    '',
    ...wrap(command.description, width),
    ...section('Options', own, style, width),
    ...section('SQL Server', sql, style, width),
    ...section('AWS', aws, style, width),
    ...(command.passThrough === true ? [] : section('General', globalOptions, style, width)),
    ...(Object.keys(sql).length === 0 ? [] : ['', ...wrap(passwordHelp, width)]),
    '',
    style.bold(command.examples.length === 1 ? 'Example' : 'Examples'),
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

/** What `rds-backup --help` prints. */
export function overview(commands: readonly Command[], style: Style, width: number): string {
  return [
    'Moves SQL Server backups into Amazon RDS: encrypt and upload a .bak, restore it, follow the',
    'task and understand every failure.',
    '',
    `${style.bold('Usage:')} rds-backup COMMAND [arguments] [options]`,
    '',
    style.bold('Commands'),
    ...commands.map(({ name, summary }) => labelled(`  ${name}`, summary, 14, width)),
    ...section('Options', { ...awsOptions, ...globalOptions }, style, width),
    labelled('  --version', 'show the version', 30, width),
    '',
    'rds-backup COMMAND --help describes one command.',
    '',
    style.bold('Exit codes'),
    '  0 done   1 failed   2 wrong command line   130 cancelled',
  ].join('\n');
}
