import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { captureQuietly, run } from '../cli/run.ts';
import { whyNoDynamodbLocal } from './backends/dynamodb-local.ts';
import { judge } from './goals.ts';
import { PARTS } from './parts.ts';
import type { Bench } from './plan.ts';
import { PINNED } from './process.ts';
import { type Measurement, type Run, summarizeCells } from './results.ts';

const scripts = join(import.meta.dirname, '..');

/** Builds the bundle and installs the peers, so that what is measured is what the sources contain. */
export async function prepare(): Promise<void> {
  await run([process.execPath, join(scripts, 'build.ts')]);
  await run([process.execPath, join(scripts, 'cli/install-if-needed.js')], { cwd: import.meta.dirname });
}

/** Measures every part. */
export async function measureAll({ plan, generator }: Bench): Promise<Run> {
  const loadBefore = loadAverage();
  const why = await whyNoDynamodbLocal();
  const backends = plan.backends.filter((name) => why === undefined || name !== 'dynamodb-local');
  const bench = { plan: { ...plan, backends }, generator };
  const rounds: Record<string, Measurement> = {};
  for (const [name, measure] of Object.entries(PARTS)) rounds[name] = await measure(bench);
  const results = {
    circumstances: {
      measuredAt: new Date().toISOString(),
      commit: (await captureQuietly(['git', 'describe', '--always', '--dirty', '--abbrev=12'])).trim(),
      node: process.version,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      pinned: PINNED,
      loadBefore,
      loadAfter: loadAverage(),
      rounds: plan.rounds,
      windowMs: plan.windowMs,
    },
    skipped: why === undefined ? {} : { 'dynamodb-local': why },
    goals: judge(rounds),
    parts: Object.fromEntries(Object.entries(rounds).map(([name, part]) => [name, summarizeCells(part)])),
  };
  return { rounds, results };
}

function loadAverage(): number {
  return loadavg()[0] ?? NaN;
}
