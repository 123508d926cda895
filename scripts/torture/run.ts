import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Undo } from '../cli/undo.ts';
import { becomesTrue } from '../cli/wait.ts';
import { cause } from './cause.ts';
import { startClients } from './clients.ts';
import { createHistoryFile, nowMs, type Outcome, type UserOutcome } from './history.ts';
import { type ListedRecord, readListing } from './judge/listing.ts';
import { isFailure, isGood } from './judge/recovery.ts';
import { readTable, type TableContent } from './judge/stored.ts';
import { planFaults, ROUND, textOf } from './plan.ts';
import { createRandom } from './random.ts';
import { type DatabaseName, TABLE_NAME } from './stage/database.ts';
import { type Stage, startStage } from './stage/stage.ts';
import { createRest, startUserClients } from './user-clients.ts';

/** The workers' clock reaches midnight this long after the start. */
const MIDNIGHT_AFTER_MS = 20_000;
const DAY_MS = 86_400_000;
/** A run has recovered when no request has failed for this long. */
const CALM_MS = 1_000;
const RECOVERY_DEADLINE_MS = 30_000;
const DRAIN_DEADLINE_MS = 60_000;

export interface TortureOptions {
  readonly acknowledged: number;
  readonly seed: number;
  readonly folder: string;
  readonly database: DatabaseName;
  readonly onProgress: (text: string) => void;
}

/** What a run leaves behind: its history in a file, and what table and server contain at its end. */
export interface TortureResult {
  readonly historyFile: string;
  readonly stored: TableContent;
  readonly listed: readonly ListedRecord[];
  /** Keys of objects that are in the spill bucket at the end. */
  readonly remaining: readonly string[];
}

/** Runs clients and faults until enough requests are acknowledged and each fault was caused at least once. */
export async function torture(options: TortureOptions, undo: Undo): Promise<TortureResult> {
  const { acknowledged, seed, folder, onProgress } = options;
  const historyFile = join(folder, 'history.jsonl');
  const history = createHistoryFile(historyFile);
  const clockOffsetMs = DAY_MS - ((Date.now() + MIDNIGHT_AFTER_MS) % DAY_MS);
  const stage = await startStage(undo, { folder, clockOffsetMs, database: options.database });
  const onClock = (atMs: number, offsetMs: number) => history.add({ kind: 'clock', atMs, offsetMs });
  onClock(0, clockOffsetMs);

  const counts = { good: 0, lastGoodMs: 0, lastFailureMs: 0 };
  const onOutcome = (outcome: Outcome) => {
    history.add(outcome);
    if (isGood(outcome)) {
      counts.good += 1;
      counts.lastGoodMs = outcome.endedMs;
    } else if (isFailure(outcome)) counts.lastFailureMs = outcome.endedMs;
  };
  const stopClients = startClients({ port: stage.port, random: createRandom(seed), onOutcome });
  const users: UserOutcome[] = [];
  const onUser = (outcome: UserOutcome) => {
    history.add(outcome);
    users.push(outcome);
  };
  const stopUsers = startUserClients({ port: stage.port, random: createRandom(seed + 1), onOutcome: onUser });
  const isCalm = () => counts.lastGoodMs > counts.lastFailureMs + CALM_MS;

  await becomesTrue(isCalm, RECOVERY_DEADLINE_MS);
  let caused = 0;
  for (const fault of planFaults(seed)) {
    if (caused >= ROUND && counts.good >= acknowledged) break;
    const fromMs = nowMs();
    await cause({ stage, fault, clockOffsetMs, onClock });
    const { name } = fault;
    history.add({ kind: 'fault', name, text: textOf(fault), fromMs, toMs: nowMs() });
    await delay(CALM_MS);
    await becomesTrue(isCalm, RECOVERY_DEADLINE_MS);
    history.add({ kind: 'memory', atMs: nowMs(), bytes: await memoryOf(stage) });
    caused += 1;
    onProgress(`${caused} faults, ${counts.good} acknowledged, after: ${textOf(fault)}`);
  }
  await Promise.all([stopClients(), stopUsers()]);
  for (const outcome of await createRest(stage.port, users)) history.add(outcome);
  history.flush();
  await stage.settled();
  const remaining = await drained(stage);
  const listed = await readListing(stage.port);
  await stage.stopServer();
  await stage.settled();
  return { historyFile, listed, remaining, stored: await readTable(stage.database.endpoint, TABLE_NAME) };
}

async function memoryOf({ pm2 }: Stage): Promise<number[]> {
  return (await pm2.workers()).map(({ memoryBytes }) => memoryBytes);
}

/** New processes look into the spill bucket when they start. Returns what is still there at the deadline. */
async function drained({ pm2, spilled }: Stage): Promise<string[]> {
  if ((await spilled()).length > 0) await pm2.reload();
  await becomesTrue(async () => (await spilled()).length === 0, DRAIN_DEADLINE_MS, 500);
  return spilled();
}
