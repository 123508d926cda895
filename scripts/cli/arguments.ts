// By Node's parser and zod: a library such as commander checks neither ranges nor combinations, and types less.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { z } from 'zod';
import { UsageError } from './errors.ts';
import { textTable } from './table.ts';

/** An option. Without a `value` it is a switch. */
export interface Option {
  /** What the option does, as `--help` prints it. */
  readonly help: string;
  /** How `--help` names the value: `<stage>`. @default - the option takes no value */
  readonly value?: string;
  /** Checks and converts the value; the error quotes its description (see values.ts). @default - any text */
  readonly schema?: z.ZodType;
  /** As one would type it. @default - the option stays undefined */
  readonly default?: string;
  /** The option may be repeated; its values are a list. @default false */
  readonly multiple?: true;
}

/** A word of the command line that is not an option. */
export interface Positional {
  readonly name: string;
  readonly help: string;
  /** @default false */
  readonly required?: boolean;
  /** Takes all words that are left (a command to run elsewhere); only the last one may. @default false */
  readonly rest?: boolean;
}

/** The options of one command: the same table feeds the parser, the types of the values, and `--help`. */
export type OptionTable = Readonly<Record<string, Option>>;

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

/** Typed values of an option table: switches are booleans, lists arrays, other options what their schema returns. */
export type Values<Options extends OptionTable> = {
  readonly [Name in keyof Options]: Options[Name] extends { value: string }
    ? Options[Name] extends { multiple: true }
      ? readonly Value<Options[Name]>[]
      : Options[Name] extends { default: string }
        ? Value<Options[Name]>
        : Value<Options[Name]> | undefined
    : boolean;
};

type Value<Option> = Option extends { schema: z.ZodType<infer Output> } ? Output : string;

/** Parses `argv` without node and file. With `--help` nothing else is checked. @throws UsageError */
export function parseArguments<const Command extends CommandDescription>(command: Command, argv: readonly string[]) {
  const { values: given, positionals } = parse(command, argv);
  const help = given['help'] === true;
  if (!help) checkWords(command.positionals ?? [], positionals);
  const entries = Object.entries(help ? {} : command.options)
    .map(([name, option]) => [name, typedValue(name, option, given[name])])
    .filter(([, value]) => value !== undefined);
  return { values: Object.fromEntries(entries) as Values<Command['options']>, positionals, help };
}

function parse(command: CommandDescription, argv: readonly string[]) {
  try {
    const options: ParseArgsOptionsConfig = { help: { type: 'boolean' } };
    for (const [name, option] of Object.entries(command.options)) {
      options[name] = { ...option, type: option.value === undefined ? 'boolean' : 'string' };
    }
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0], { cause: error });
  }
}

function typedValue(name: string, option: OptionTable[string], given: unknown): unknown {
  if (option.value === undefined) return given === true;
  const { schema } = option;
  const convert = (text: unknown) => (schema ? parseValue(`--${name}`, schema, String(text)) : text);
  if (option.multiple) return (Array.isArray(given) ? given : []).map(convert);
  return given === undefined ? undefined : convert(given);
}

/** Converts a text by a schema. @throws UsageError with its name, the text, and the description of the schema. */
export function parseValue<Output>(name: string, schema: z.ZodType<Output>, text: string): Output {
  const { success, data } = schema.safeParse(text);
  if (success) return data;
  throw new UsageError(`${name} is '${text}': expected ${schema.description ?? 'another value'}`);
}

function checkWords(expected: readonly Positional[], got: readonly string[]): void {
  const missing = expected.filter((word) => word.required)[got.length];
  if (missing) throw new UsageError(`<${missing.name}> is missing: ${missing.help}`);
  if (!expected.at(-1)?.rest && got.length > expected.length) {
    throw new UsageError(`unexpected word '${got[expected.length]}': this command takes ${expected.length || 'none'}`);
  }
}

/** The text of `--help`, made of the same table that parses the command line. */
export function helpText({ name, summary, positionals = [], options, examples = [] }: CommandDescription): string {
  const sections = [
    `${summary}\n`,
    `Usage: npm run ${[name, '-- [options]', ...positionals.map(usageOf)].join(' ')}\n`,
    ...section(
      'Words',
      positionals.map((word) => [word.name, word.help]),
    ),
    ...section('Options', [...Object.entries(options).map(optionRow), ['--help', 'print this text']]),
    ...section('Examples', examples),
  ];
  return sections.join('\n');
}

function usageOf({ name, required, rest }: Positional): string {
  const word = rest ? `${name} ...` : name;
  return required ? `<${word}>` : `[${word}]`;
}

function optionRow([name, option]: [string, OptionTable[string]]): [string, string] {
  if (option.value === undefined) return [`--${name}`, option.help];
  const fallback = option.default === undefined ? '' : ` (default: ${option.default})`;
  return [`--${name} ${option.value}`, `${option.help}${option.multiple ? ' (may be repeated)' : fallback}`];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : [`${title}:\n${textTable(rows).replaceAll(/^/gm, '  ')}\n`];
}
