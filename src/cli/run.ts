import { CancelledError, isCancelled } from '../core/errors.js';
import { closest } from './arguments/closest.js';
import { type Command, usageOf } from './arguments/command.js';
import { commandIndex, parseCommandLine } from './arguments/commandLine.js';
import { commands } from './commands.js';
import { awsOptions, globalOptions } from './arguments/commonOptions.js';
import { exitCode, type ExitCode } from './exitCode.js';
import { errorText, reportFailure } from './failure.js';
import { commandHelp, overview } from './arguments/help.js';
import type { Host } from './host.js';
import { Output } from './terminal/output.js';
import { UsageError } from './arguments/usageError.js';
import { productVersion } from './version.js';

/**
 * Runs one command line to its end. Never throws: whatever goes wrong is told on standard error and
 * by the exit code.
 */
export async function runCli(args: readonly string[], host: Host): Promise<ExitCode> {
  let output = new Output(host, args.includes('--json'));
  let command: Command | undefined;
  try {
    const index = commandIndex(args, { ...awsOptions, ...globalOptions });
    if (index === -1) return await withoutCommand(args, output);
    const name = args[index] ?? '';
    if (name === 'help') return help(args[index + 1], output);
    command = commandNamed(name);
    const others = args.toSpliced(index, 1);
    const parsed =
      command.passThrough === true
        ? { options: {}, positionals: others }
        : parseCommandLine(command, others);
    output = new Output(host, parsed.options['json'] === true);
    if (parsed.options['help'] === true) {
      output.text(commandHelp(command, output.style, output.width));
      return exitCode.done;
    }
    const { options, positionals } = parsed;
    return await command.run({ options, positionals, output, host });
  } catch (error) {
    return failed(error, command, output, host);
  }
}

async function withoutCommand(args: readonly string[], output: Output): Promise<ExitCode> {
  if (args.includes('--version')) {
    const version = await productVersion();
    output.result({ version }, () => version);
    return exitCode.done;
  }
  if (args.includes('--help') || args.includes('-h')) return help(undefined, output);
  const option = args.find((arg) => arg.startsWith('-'));
  if (option !== undefined) throw new UsageError(`No command is given, only ${option}.`);
  output.notice(overview(commands, output.noticeStyle, output.noticeWidth));
  return exitCode.usage;
}

function help(name: string | undefined, output: Output): ExitCode {
  const text =
    name === undefined
      ? overview(commands, output.style, output.width)
      : commandHelp(commandNamed(name), output.style, output.width);
  output.result({ help: text }, () => text);
  return exitCode.done;
}

function commandNamed(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  const guess = closest(name, names);
  const hint =
    guess === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean ${guess}?`;
  throw new UsageError(`Unknown command "${name}". ${hint}`);
}

function failed(
  error: unknown,
  command: Command | undefined,
  output: Output,
  host: Host,
): ExitCode {
  if (error instanceof UsageError) {
    const name = command === undefined ? '' : ` ${command.name}`;
    output.event({ error: { code: 'usage', message: error.message } });
    output.notice(errorText(error.message, output));
    if (command !== undefined) output.notice(`Usage: ${usageOf(command)}`);
    output.notice(`Try: rds-backup${name} --help`);
    return exitCode.usage;
  }
  if (host.outputClosed.aborted && isCancelled(error)) return exitCode.done;
  // Ctrl-C at a prompt is no signal.
  if (host.signal.aborted || error instanceof CancelledError) {
    if (isCancelled(error)) output.event({ cancelled: true });
    // Something that would not be cleaned up, perhaps.
    else reportFailure(error, output, host.env);
    output.notice('Cancelled.');
    return exitCode.cancelled;
  }
  reportFailure(error, output, host.env);
  return exitCode.failed;
}
