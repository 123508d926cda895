import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../../../cli/errors.ts';
import { type CommandLine, startBackground } from '../../../cli/run.ts';
import type { Undo } from '../../../cli/undo.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import { RECORDS, type RestoreRecord, readRecords } from '../../../restore/record.ts';

const COMMAND = join(import.meta.dirname, '../../../restore.ts');

/** The command restores a small table, and sets a few settings. */
const RESTORE_DEADLINE_MS = 90_000;
const END_DEADLINE_MS = 30_000;

/**
 * Replaces `npm`, which the command starts to deploy the stage: it writes its arguments to a file, and ends when
 * another file has its exit status.
 */
const NPM = `#!/bin/sh
set -eu
cd "$(dirname "$0")"
printf '%s\\n' "$@" > asked.new
mv asked.new asked
while [ ! -e answered ]; do sleep 0.2; done
exit "$(cat answered)"
`;

/** Where and how the command runs. */
export interface RestoreCommandOptions {
  /** An empty folder for the files of the command and its deployment. */
  readonly folder: string;
  /** `--stage` and the options of the restore. */
  readonly args: readonly string[];
  /** Variables by which the command reaches AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs it in the network from which the database is reached. */
  readonly inside: (line: CommandLine) => CommandLine;
  /** Does what `npm run deploy` would do with these settings. */
  readonly deploy: (settings: readonly string[]) => Promise<void>;
  readonly undo: Undo;
}

/** Runs `npm run restore`, whose deployment is carried out here. @throws OperatorError with its last line if it fails */
export async function runRestoreCommand({
  folder,
  args,
  env,
  inside,
  deploy,
  undo,
}: RestoreCommandOptions): Promise<RestoreRecord> {
  const [bin, log] = [join(folder, 'bin'), join(folder, 'log')];
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'npm'), NPM, { mode: 0o755 });
  // The operator has another machine: the command takes no CPU time from the instances.
  const line = inside(['nice', '-n', '10', process.execPath, COMMAND, ...args, '--yes']);
  const variables = { ...env, AWS_PROFILE: undefined, PATH: `${bin}:${process.env['PATH']}` };
  const { child, stop } = startBackground(line, { log, cwd: folder, env: variables });
  undo.later('npm run restore', stop);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const asked = join(bin, 'asked');
  const isAsked = () => existsSync(asked);
  await waitQuietly('npm run restore to deploy the stage', () => isAsked() || hasEnded(), RESTORE_DEADLINE_MS);
  if (isAsked()) {
    await deploy(settingsIn((await readFile(asked, 'utf8')).trimEnd().split('\n')));
    await writeFile(join(bin, 'answered.new'), '0\n');
    await rename(join(bin, 'answered.new'), join(bin, 'answered'));
  }
  await waitQuietly('npm run restore to end', hasEnded, END_DEADLINE_MS);
  const [record] = await readRecords(join(folder, RECORDS));
  if (child.exitCode === 0 && record?.steps.used) return record;
  const last = (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1);
  throw new OperatorError(`npm run restore did not end with a table in use: ${last}`);
}

/** The settings of a deployment. @throws OperatorError if the command line is not one of `npm run deploy` */
export function settingsIn(args: readonly string[]): readonly string[] {
  if (!args.join(' ').startsWith('run deploy -- --stage '))
    throw new OperatorError(`npm run restore started npm ${args.join(' ')}: expected npm run deploy`);
  return args.flatMap((word, index) => (args[index - 1] === '--set' ? [word] : []));
}

/** The table that a deployment uses. @throws OperatorError if its settings name none */
export function tableIn(settings: readonly string[]): string {
  const [, table] = settings.map((entry) => /^tableName=(.+)$/.exec(entry)).find((found) => found !== null) ?? [];
  if (table) return table;
  throw new OperatorError(`the deployment has the settings ${settings.join(', ')}: expected tableName=…`);
}
