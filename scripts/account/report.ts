import { OperatorError } from '../cli/errors.ts';
import { readAccount } from './account.ts';
import type { Assembly } from './assembly.ts';
import { checkAccount } from './checks.ts';
import { readNeeds } from './needs.ts';

/** Prints one line for each requirement of a stage; returns how many are missing. */
export async function reportChecks(stage: string, assembly: Assembly): Promise<number> {
  const needs = readNeeds(stage, assembly);
  const checks = checkAccount(needs, await readAccount(needs));
  console.error(`What stage ${stage} requires of its account in ${assembly.region}:`);
  for (const { state, text } of checks) console.error(`  ${state.padEnd(7)}  ${text}`);
  return checks.filter(({ state }) => state === 'missing').length;
}

/** @throws OperatorError when something that a deployment needs is missing */
export async function requireChecks(stage: string, assembly: Assembly): Promise<void> {
  const missing = await reportChecks(stage, assembly);
  if (missing === 0) return;
  const what = missing === 1 ? 'a requirement is' : `${missing} requirements are`;
  throw new OperatorError(`${what} missing, see above. Nothing was changed; --skip-checks deploys anyway`);
}
