import type { CommandDescription, OptionTable, Positional } from './arguments.ts';
import { textTable } from './table.ts';

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
  if (option.type === 'boolean') return [`--${name}`, option.help];
  const fallback = option.default === undefined ? '' : ` (default: ${option.default})`;
  return [`--${name} ${option.value}`, `${option.help}${option.multiple ? ' (may be repeated)' : fallback}`];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : [`${title}:\n${textTable(rows).replaceAll(/^/gm, '  ')}\n`];
}
