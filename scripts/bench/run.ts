import { existsSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { capture, run } from '../cli/run.ts';
import { whyNoDynamodbLocal } from './backends/dynamodb-local.ts';
import { measureHeadroom } from './measure/headroom.ts';
import { measureMatrix } from './measure/matrix.ts';
import { measureMemory } from './measure/memory.ts';
import { measureOfferedLoad } from './measure/offered-load.ts';
import type { Bench } from './measure/plan.ts';
import { measureShortCuts } from './measure/short-cuts.ts';
import { measureStartUp } from './measure/start-up.ts';
import { measureWorkers } from './measure/workers.ts';
import { PINNED } from './processes/cores.ts';
import { cellTable, memoryTable, startUpTable } from './report/terminal.ts';
import type { Circumstances, Results } from './results.ts';
import { SERVERS, STAMPEDE_BY_SDK, STAMPEDE_THROUGH_EXPRESS, STAMPEDE_UNBUNDLED } from './servers.ts';

const folder = import.meta.dirname;

const TITLES = Object.fromEntries(
  [...SERVERS, STAMPEDE_UNBUNDLED, STAMPEDE_THROUGH_EXPRESS, STAMPEDE_BY_SDK].map(({ name, title }) => [name, title]),
);

/** The parts that can be measured alone, each as the text it prints. */
export const PARTS: Readonly<Record<string, (bench: Bench) => Promise<string>>> = {
  matrix: async (bench) => cellTable(await measureMatrix(runnable(bench), SERVERS), TITLES),
  'short-cuts': async (bench) => cellTable(await measureShortCuts(bench), TITLES),
  'offered-load': async (bench) => cellTable((await measureOfferedLoad(bench)).cells, TITLES),
  workers: async (bench) => cellTable((await measureWorkers(bench)).cells, TITLES),
  'start-up': async (bench) => startUpTable(await measureStartUp(bench)),
  memory: async (bench) => memoryTable(await measureMemory(bench), TITLES),
};

/** Builds the bundle and installs the peers, so that what is measured is what stands in the tree. */
export async function prepare(): Promise<void> {
  await run([process.execPath, join(folder, '../build.ts')]);
  if (isInstalled()) return;
  await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
}

function isInstalled(): boolean {
  const written = join(folder, 'node_modules/.package-lock.json');
  return existsSync(written) && statSync(written).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs;
}

const whySkipped = (): Record<string, string> => {
  const why = whyNoDynamodbLocal();
  return why === undefined ? {} : { 'dynamodb-local': why };
};

const runnable = (bench: Bench): Bench => {
  const skipped = whySkipped();
  return { ...bench, plan: { ...bench.plan, backends: bench.plan.backends.filter((name) => !(name in skipped)) } };
};

/** Measures every part. */
export async function measureAll(bench: Bench): Promise<Results> {
  const loadBefore = loadavg()[0] ?? NaN;
  const able = runnable(bench);
  const measured = {
    plan: able.plan,
    titles: TITLES,
    skipped: whySkipped(),
    generatorLimits: await measureHeadroom(able),
    cells: await measureMatrix(able, SERVERS),
    workers: await measureWorkers(able),
    offeredLoad: await measureOfferedLoad(able),
    shortCuts: await measureShortCuts(able),
    startUp: await measureStartUp(able),
    memory: await measureMemory(able),
  };
  return { circumstances: await circumstances(loadBefore), ...measured };
}

async function circumstances(loadBefore: number): Promise<Circumstances> {
  return {
    measuredAt: new Date().toISOString(),
    commit: (await capture(['git', 'describe', '--always', '--dirty', '--abbrev=12'])).trim(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    pinned: PINNED,
    loadBefore,
    loadAfter: loadavg()[0] ?? NaN,
  };
}
