import { type Arguments, type CommandDescription, parseArguments } from './arguments.ts';
import { UsageError } from './errors.ts';
import { helpText } from './help.ts';

/**
 * Runs an entry file: parses its arguments, answers `--help`, and is the one place that catches. A failure prints one
 * readable line and exits 1 (2 when the command line is wrong); `VERBOSE=1` adds the stack with its causes.
 */
export async function main<const Command extends CommandDescription>(
  command: Command,
  action: (args: Arguments<Command['options']>) => Promise<void>,
): Promise<void> {
  try {
    const args = parseArguments(command, process.argv.slice(2));
    if (args.help) process.stdout.write(helpText(command));
    else await action(args);
  } catch (error) {
    console.error(failureLine(command.name, error));
    if (process.env['VERBOSE']) console.error(error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** The one line a failed command prints. */
export function failureLine(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const line = message
    .trim()
    .split(/\s*\n\s*/)
    .join(' ');
  const remedy = error instanceof UsageError ? ` (see npm run ${name} -- --help)` : '';
  return `${name}: ${line}${remedy}`;
}
