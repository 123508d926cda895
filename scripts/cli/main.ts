import { type CommandDescription, helpText, parseArguments } from './arguments.ts';
import { UsageError } from './errors.ts';

/** Runs an entry file. A failure prints one line and exits 1, or 2 for a wrong command line. */
export async function main<const Command extends CommandDescription>(
  command: Command,
  action: (args: ReturnType<typeof parseArguments<Command>>) => Promise<void>,
): Promise<void> {
  try {
    const args = parseArguments(command, process.argv.slice(2));
    if (args.help) process.stdout.write(helpText(command));
    else await action(args);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message = error instanceof Error ? error.message || error.name : String(error);
    const line = message.trim().replaceAll(/\s*\n\s*/g, ' ');
    console.error(`${command.name}: ${line}${isUsage ? ` (see npm run ${command.name} -- --help)` : ''}`);
    if (process.env['VERBOSE']) console.error(error);
    process.exitCode = isUsage ? 2 : 1;
  }
}
