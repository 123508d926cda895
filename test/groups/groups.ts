/**
 * Which test files share a process. Loading CDK or the AWS SDK takes longer than most tests. Every file also runs alone:
 * `node --test <file>`.
 */
import { globSync } from 'node:fs';
import { it } from 'node:test';

/** Patterns of the files that share a process, by its name. */
const GROUPS = {
  infra: ['test/infra/**/*.test.ts'],
  scripts: ['test/*.test.ts', 'test/{ami,ci,docs}/*.test.ts', 'test/scripts/*/**/*.test.ts'],
  commands: ['test/scripts/*.test.ts'],
  http: ['test/server/http/**/*.test.ts'],
  server: ['test/server/*.test.ts', 'test/server/!(http|processes)/**/*.test.ts'],
} as const;

/** Files that wait more than they compute: in a group, the others would wait as well. */
const WAITING: readonly string[] = [
  'test/scripts/drill.test.ts',
  'test/infra/main.test.ts',
  'test/infra/rights/deploy.test.ts',
  'test/scripts/destroy.test.ts',
  'test/ami/launch-hook.test.ts',
  'test/scripts/cli/undo.test.ts',
  'test/scripts/drills/aws/acknowledged-in-table.test.ts',
  'test/scripts/drills/aws/restored-copy.test.ts',
  'test/scripts/drills/rehearsal/stage/fleet.test.ts',
  'test/scripts/drills/rehearsal/stage/refusals.test.ts',
  'test/server/http/idempotency-key.test.ts',
  'test/server/spill/outage.test.ts',
];

/** Files that observe their process: its event loop, its connections, or its environment. */
const OBSERVING = [
  'test/server/admission/saturation.test.ts',
  'test/server/cpu-load/load.test.ts',
  'test/server/dynamodb/over-tls.test.ts',
  'test/server/dynamodb/posts.test.ts',
  'test/server/metrics/host.test.ts',
];

/** Files that need Chromium, or minutes. Other npm scripts and stages run them. */
const ELSEWHERE = ['test/browser/**', 'test/first-hour/**', 'test/slow/**'];

/**
 * Runs the tests of a group in this process, one file after the other. Each file is a test, so its `after` hooks run when
 * its tests have ended: no server of one file runs beside the tests of another.
 */
export function runGroup(name: keyof typeof GROUPS): void {
  for (const file of filesOf(name)) it(file, () => import(`../../${file}`));
}

/** What takes longest, in this order: groups that compute, and beside each of them files that wait. */
const FIRST = [
  'test/groups/scripts.test.ts',
  'test/infra/rights/deploy.test.ts',
  'test/groups/server.test.ts',
  'test/server/spill/outage.test.ts',
  'test/groups/infra.test.ts',
  'test/groups/commands.test.ts',
  'test/scripts/drill.test.ts',
  'test/server/processes/crash.test.ts',
  'test/groups/http.test.ts',
  'test/simulation/simulation.test.ts',
  'test/infra/main.test.ts',
  'test/server/http/idempotency-key.test.ts',
  'test/scripts/drills/rehearsal/stage/refusals.test.ts',
  'test/scripts/destroy.test.ts',
];

/** Files for `npm test`, beginning with those that take longest. */
export function filesToRun(): readonly string[] {
  const grouped = new Set(Object.keys(GROUPS).flatMap((name) => filesOf(name as keyof typeof GROUPS)));
  const all = globSync('test/**/*.test.ts', { exclude: ELSEWHERE }).sort();
  const first = new Set(FIRST);
  return [...FIRST, ...all.filter((file) => !grouped.has(file) && !first.has(file))];
}

function filesOf(name: keyof typeof GROUPS): readonly string[] {
  return globSync(GROUPS[name], { exclude: [...WAITING, ...OBSERVING] }).sort();
}
