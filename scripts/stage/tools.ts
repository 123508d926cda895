import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import { captureQuietly } from '../cli/run.ts';

/** Programs of the operator's machine that the scripts start, and how to get each. */
export const TOOLS = {
  ssh: 'install OpenSSH',
  'ssh-keygen': 'install OpenSSH',
  aws: 'install the AWS CLI, version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  'session-manager-plugin':
    'install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
} as const;

export type Tool = keyof typeof TOOLS;

/** Which of the programs are in the folders of the given PATH. */
export function installedTools(path: string): ReadonlySet<Tool> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const names = Object.keys(TOOLS) as Tool[];
  return new Set(names.filter((name) => folders.some((folder) => existsSync(join(folder, name)))));
}

/** @throws OperatorError with the remedy for the first program that is missing */
export function requireTools(user: string, needed: readonly Tool[], installed: ReadonlySet<Tool>): void {
  const missing = needed.find((tool) => !installed.has(tool));
  if (missing) throw new OperatorError(`${user} needs ${missing}, which is not on the PATH: ${TOOLS[missing]}`);
}

/**
 * Version 1 of the AWS CLI has no `aws logs tail`.
 *
 * @throws OperatorError for another version than 2
 */
export async function requireAwsCli2(user: string): Promise<void> {
  const version = (await captureQuietly(['aws', '--version'])).trim();
  if (version.startsWith('aws-cli/2.')) return;
  throw new OperatorError(`${user} needs version 2 of the AWS CLI, and aws is ${version || 'older'}: ${TOOLS.aws}`);
}
