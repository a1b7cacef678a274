import { parseArgs } from 'node:util';
import { closest } from './closest.js';
import type { Command, OptionSpec, OptionSpecs, Positional } from './command.js';
import { globalOptions } from './commonOptions.js';
import { UsageError } from './usageError.js';

type Value = string | number | boolean;

export interface ParsedArguments {
  readonly options: Readonly<Record<string, Value | undefined>>;
  readonly positionals: readonly string[];
}

function tokensOf(args: readonly string[], specs: OptionSpecs) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.type === 'flag' ? ('boolean' as const) : ('string' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  );
  // Not strict: the messages of strict mode are for programmers, and it stops at the first token.
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
}

/**
 * Where the command's name stands: options that every command shares may precede it, as in
 * `rds-backup --profile prod tasks`. -1 when there is none.
 */
export function commandIndex(args: readonly string[], shared: OptionSpecs): number {
  return tokensOf(args, shared).find(({ kind }) => kind === 'positional')?.index ?? -1;
}

/**
 * Holds the arguments against what the command takes.
 * @throws UsageError naming the argument that is wrong and, where it can, the one that was meant
 */
export function parseCommandLine(command: Command, args: readonly string[]): ParsedArguments {
  const specs: OptionSpecs = { ...command.options, ...globalOptions };
  const options: Record<string, Value | undefined> = {};
  const positionals: string[] = [];
  for (const token of tokensOf(args, specs)) {
    if (token.kind === 'positional') {
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
      if (spec === undefined) throw unknownOption(token.rawName, Object.keys(specs));
      if (spec.type !== 'flag' && options[token.name] !== undefined) {
        throw new UsageError(`${token.rawName} is given twice.`);
      }
      options[token.name] = optionValue(token.rawName, spec, token.value, token.inlineValue);
    }
  }
  if (options['help'] === true) return { options, positionals };
  checkPositionals(command.positionals, positionals);
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.type === 'flag') options[name] ??= false;
    if (spec.type === 'text' && spec.required === true && options[name] === undefined) {
      throw new UsageError(`--${name} ${spec.value} is missing.`);
    }
  }
  return { options, positionals };
}

function unknownOption(rawName: string, names: readonly string[]): UsageError {
  const guess = closest(rawName.replace(/^-+/, ''), names);
  const hint = guess === undefined ? '' : ` Did you mean --${guess}?`;
  const password = /^-+(p|pw|pwd|pass|passwd|password)$/i.test(rawName)
    ? ' A password is never an argument: set RDS_BACKUP_PASSWORD or use --password-stdin.'
    : hint;
  return new UsageError(`Unknown option ${rawName}.${password}`);
}

function optionValue(
  rawName: string,
  spec: OptionSpec,
  value: string | undefined,
  inline: boolean | undefined,
): Value {
  if (spec.type === 'flag') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return true;
  }
  if (value === undefined || value === '') {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}.`);
  }
  // `--database --follow`: the value was forgotten, and the next option must not become it.
  if (inline !== true && value.startsWith('-') && value.length > 1) {
    throw new UsageError(
      `${rawName} needs a value, but ${value} follows. A value that begins with a dash is written ${rawName}=${value}.`,
    );
  }
  return spec.type === 'text' ? text(rawName, spec, value) : number(rawName, spec, value);
}

function text(rawName: string, spec: OptionSpec & { type: 'text' }, value: string): string {
  if (spec.choices === undefined) return value;
  const choice = spec.choices.find((known) => known.toLowerCase() === value.toLowerCase());
  if (choice === undefined) throw notOneOf(rawName, value, spec.choices);
  return choice;
}

function number(rawName: string, spec: OptionSpec & { type: 'number' }, value: string): number {
  const { min, max, decimals = false, multipleOf = 1, choices } = spec;
  const form = decimals ? /^\d+(\.\d+)?$/ : /^\d+$/;
  const given = form.test(value) ? Number(value) : NaN;
  if (choices !== undefined) {
    if (!choices.includes(given)) throw notOneOf(rawName, value, choices.map(String));
    return given;
  }
  // Negated, so that NaN is refused too.
  if (!(given >= min && given <= max && (decimals || given % multipleOf === 0))) {
    const whole = multipleOf === 1 ? 'a whole number' : `a multiple of ${multipleOf}`;
    throw new UsageError(
      `${rawName} must be ${decimals ? 'a number' : whole} from ${min} to ${max}; ${value} is not.`,
    );
  }
  return given;
}

function notOneOf(rawName: string, value: string, choices: readonly string[]): UsageError {
  return new UsageError(`${rawName} must be one of ${choices.join(', ')}; ${value} is not.`);
}

function checkPositionals(expected: readonly Positional[], given: readonly string[]): void {
  const required = expected.filter(({ optional }) => optional !== true);
  if (given.length < required.length) {
    const missing = required.slice(given.length).map(({ name }) => name);
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    );
  }
  const unlimited = expected.some(({ many }) => many === true);
  if (!unlimited && given.length > expected.length) {
    const surplus = given.slice(expected.length).map((argument) => `"${argument}"`);
    throw new UsageError(`Unexpected ${surplus.join(', ')}; names with blanks need quotes.`);
  }
}
