import type { Host } from '../host.js';
import type { ExitCode } from '../exitCode.js';
import type { Output } from '../terminal/output.js';

interface OptionText {
  /** Shown by `--help`. */
  readonly summary: string;
}

export type OptionSpec = OptionText &
  (
    | { readonly type: 'flag' }
    | {
        readonly type: 'text';
        /** The value's name in the usage line, for example `ARN`. */
        readonly value: string;
        readonly required?: true;
        /** The only values allowed; compared without regard to case, given as listed. */
        readonly choices?: readonly string[];
      }
    | {
        readonly type: 'number';
        readonly value: string;
        readonly min: number;
        readonly max: number;
        /** The value must be a multiple of this; 1 unless {@link decimals} are allowed. */
        readonly multipleOf?: number;
        readonly decimals?: true;
        readonly choices?: readonly number[];
      }
  );

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<S extends OptionSpec> = S extends { type: 'flag' }
  ? boolean
  : S extends { type: 'number' }
    ? number | undefined
    : S extends { required: true }
      ? string
      : string | undefined;

export type OptionValues<S extends OptionSpecs> = { readonly [K in keyof S]: OptionValue<S[K]> };

export interface Positional {
  /** As in the usage line, for example `FILE`. */
  readonly name: string;
  readonly many?: true;
  readonly optional?: true;
}

export interface CommandContext<S extends OptionSpecs = OptionSpecs> {
  readonly options: OptionValues<S>;
  /** As many as the command declares. */
  readonly positionals: readonly string[];
  readonly output: Output;
  readonly host: Host;
}

export interface Command<S extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** One paragraph or more for the command's own help. */
  readonly description: string;
  readonly positionals: readonly Positional[];
  readonly options: S;
  readonly examples: readonly string[];
  /** Every argument after the name goes to {@link run} as it stands. */
  readonly passThrough?: true;
  run(context: CommandContext<S>): Promise<ExitCode>;
}

/** Lets the types of a command's options reach its `run`; the list of commands forgets them. */
export function defineCommand<const S extends OptionSpecs>(command: Command<S>): Command {
  return command;
}

/** `FILE… s3://BUCKET[/PREFIX] --kms-key KEY [options]`. */
export function usageOf(command: Command): string {
  const positionals = command.positionals.map(({ name, many, optional }) => {
    const text = many === true ? `${name}…` : name;
    return optional === true ? `[${text}]` : text;
  });
  const required = Object.entries(command.options).flatMap(([name, spec]) =>
    spec.type === 'text' && spec.required === true ? [`--${name} ${spec.value}`] : [],
  );
  const rest = command.passThrough === true ? '[arguments]' : '[options]';
  return ['rds-backup', command.name, ...positionals, ...required, rest].join(' ');
}
