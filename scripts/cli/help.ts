import type { CommandDescription, Positional, ValueOption } from './arguments.ts';
import { textTable } from './table.ts';

/** The text of `--help`, made of the same table that parses the command line. */
export function helpText(command: CommandDescription): string {
  const sections = [
    `${command.summary}\n`,
    `Usage: npm run ${command.name} ${['-- [options]', ...(command.positionals ?? []).map(usageOf)].join(' ')}\n`,
    section(
      'Words',
      (command.positionals ?? []).map((word) => [word.name, word.help]),
    ),
    section('Options', [...Object.entries(command.options).map(optionRow), ['--help', 'print this text']]),
    section('Examples', command.examples ?? []),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function usageOf({ name, required, rest }: Positional): string {
  const word = rest ? `${name} ...` : name;
  return required ? `<${word}>` : `[${word}]`;
}

function optionRow([name, option]: [string, CommandDescription['options'][string]]): [string, string] {
  if (option.type === 'boolean') return [`--${name}`, option.help];
  return [`--${name} ${option.value}`, `${option.help}${remark(option)}`];
}

function remark({ multiple, default: text }: ValueOption): string {
  if (multiple) return ' (may be repeated)';
  return text === undefined ? '' : ` (default: ${text})`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const lines = textTable(rows).split('\n');
  return `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
