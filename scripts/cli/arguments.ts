import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

interface OptionBase {
  /** What the option does, as `--help` prints it. */
  readonly help: string;
}

/** A switch: absent means false. */
export interface FlagOption extends OptionBase {
  readonly type: 'boolean';
}

/** An option with a value. */
export interface ValueOption extends OptionBase {
  readonly type: 'string';
  /** How `--help` names the value: `<stage>`. */
  readonly value: string;
  /** @default - the option stays undefined */
  readonly default?: string;
}

/** An option with a value that may be given many times. */
export interface ListOption extends OptionBase {
  readonly type: 'string';
  readonly value: string;
  readonly multiple: true;
}

/** A word of the command line that is no option. */
export interface Positional {
  readonly name: string;
  readonly help: string;
  /** @default false */
  readonly required?: boolean;
  /** Takes all words that are left (a command to pass on); only the last one may. @default false */
  readonly rest?: boolean;
}

/** The options of one command: the same table feeds the parser, the types of the values, and `--help`. */
export type OptionTable = Readonly<Record<string, FlagOption | ValueOption | ListOption>>;

/** One command as its entry file declares it (`as const satisfies CommandDescription`). */
export interface CommandDescription {
  /** npm script that starts it: `deploy`. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** @default - takes no words */
  readonly positionals?: readonly Positional[];
  readonly options: OptionTable;
  /** Example command lines, each with a word on what it does. @default - none */
  readonly examples?: readonly (readonly [line: string, meaning: string])[];
}

/** Typed values of an option table: flags are booleans, lists arrays, options with a default strings. */
export type Values<Options extends OptionTable> = {
  readonly [Name in keyof Options]: Options[Name] extends { type: 'boolean' }
    ? boolean
    : Options[Name] extends { multiple: true }
      ? readonly string[]
      : Options[Name] extends { default: string }
        ? string
        : string | undefined;
};

/** A parsed command line. */
export interface Arguments<Options extends OptionTable> {
  readonly values: Values<Options>;
  readonly positionals: readonly string[];
  readonly help: boolean;
}

/**
 * Parses `argv` (without node and file) by a command's description.
 *
 * @throws UsageError for an unknown option, a missing value, a missing or surplus word.
 */
export function parseArguments<const Command extends CommandDescription>(
  command: Command,
  argv: readonly string[],
): Arguments<Command['options']> {
  const { values, positionals } = parse(command, argv);
  const help = values['help'] === true;
  if (!help) checkWords(command.positionals ?? [], positionals);
  return { values: { ...absentValues(command.options), ...values } as Values<Command['options']>, positionals, help };
}

function absentValues(options: OptionTable): Record<string, false | readonly string[]> {
  const values: Record<string, false | readonly string[]> = {};
  for (const [name, option] of Object.entries(options)) {
    if (option.type === 'boolean') values[name] = false;
    else if ('multiple' in option) values[name] = [];
  }
  return values;
}

function parse(command: CommandDescription, argv: readonly string[]) {
  try {
    const options: ParseArgsOptionsConfig = { ...command.options, help: { type: 'boolean' } };
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0], { cause: error });
  }
}

function checkWords(expected: readonly Positional[], got: readonly string[]): void {
  const missing = expected.filter((word) => word.required)[got.length];
  if (missing) throw new UsageError(`<${missing.name}> is missing: ${missing.help}`);
  const takesRest = expected.at(-1)?.rest ?? false;
  if (!takesRest && got.length > expected.length) {
    throw new UsageError(`unexpected word '${got[expected.length]}': this command takes ${expected.length || 'none'}`);
  }
}
