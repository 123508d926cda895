import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCluster } from '../../../aws/ecs.ts';
import { hasObjects, listKeys, readObject } from '../../../aws/s3.ts';
import { writeSecretParameter } from '../../../aws/ssm.ts';
import type { Undo } from '../../../cli/undo.ts';
import {
  ACKNOWLEDGED,
  HOOKS,
  keepEvery,
  type Load,
  type LoadPlan,
  MACHINE_HOOKS,
  machineScript,
  readAcknowledged,
} from '../../artillery/artillery.ts';
import { countRequests } from '../../artillery/periods.ts';
import { startArtillery } from '../../artillery/running-artillery.ts';
import type { Check } from '../../core/run-record.ts';
import type { DrilledStage } from '../snapshot.ts';
import { machinesCommand, machinesEnv } from './command.ts';
import { cleanUpCommand, type Machines } from './machines.ts';
import { acknowledgedPrefix, bucketOf, clusterOf, runName, tokenNameOf, tokenParameterOf } from './names.ts';
import { removeMachines } from './remove.ts';

/** Which stage is loaded, from where, and by which program. */
interface StartOptions {
  readonly artillery: string;
  readonly machines: Machines;
  readonly stage: DrilledStage;
}

/**
 * Starts the load of a plan on several machines, by `artillery run-fargate`. They are removed by `undo`, which also
 * fetches the ids of the acknowledged timestamps.
 */
export async function startMachines(
  { artillery, machines, stage: { stage, targetGroupArn } }: StartOptions,
  plan: LoadPlan,
  folder: string,
  undo: Undo,
): Promise<Load> {
  const run = runName(new Date());
  const [, , , region = '', account = ''] = targetGroupArn.split(':');
  let received: readonly string[] = [];
  let leftover: string | undefined = 'the machines';
  undo.later('the machines', async () => {
    try {
      await removeMachines(stage);
      leftover = undefined;
    } catch (cause) {
      throw new Error(`${(cause as Error).message}; repeat it: ${cleanUpCommand(stage)}`, { cause });
    } finally {
      received = await fetchAcknowledged(bucketOf(account), run, folder);
    }
  });
  console.error(`If this process is killed, delete what is left with ${cleanUpCommand(stage)}`);
  await createCluster(clusterOf(stage), { 'stampede:stage': stage });
  if (plan.writeToken) await writeSecretParameter(tokenParameterOf(stage), plan.writeToken);
  const scriptFile = await writeMachineFiles(plan, machines.count, stage, folder);
  const tokenName = plan.writeToken && tokenNameOf(stage);
  const reportFile = join(folder, 'artillery-report.json');
  const line = machinesCommand(
    { artillery, scriptFile, reportFile, cluster: clusterOf(stage), region, tokenName },
    machines,
  );
  const running = startArtillery(line, folder, machinesEnv(run));
  return {
    ...running,
    acknowledgedIds: () => readAcknowledged(folder),
    checks: async () =>
      machineChecks({
        machines: machines.count,
        received: received.length,
        ids: (await readAcknowledged(folder)).length,
        acknowledged: countRequests(running.periods).acknowledged,
        keepEvery: keepEvery(plan),
        leftover,
      }),
  };
}

/** What was received from the machines, and what is left of them. */
interface ReceivedOptions {
  readonly machines: number;
  /** Machines whose ids have been received. */
  readonly received: number;
  readonly ids: number;
  /** Answers of 2xx that artillery has counted. */
  readonly acknowledged: number;
  readonly keepEvery: number;
  /** What could not be removed. */
  readonly leftover: string | undefined;
}

/** Without the ids of every machine, the drill would not show that every acknowledged timestamp is stored. */
export function machineChecks({ machines, received, ids, acknowledged, ...rest }: ReceivedOptions): Check[] {
  const expectedIds = Math.floor(acknowledged / rest.keepEvery);
  return [
    {
      check: 'every machine sends what was acknowledged',
      passed: received === machines && ids >= expectedIds,
      measured: `${ids} ids of ${received} machines`,
      expected: `${expectedIds} or more, of ${machines}`,
    },
    {
      check: 'the machines are removed',
      passed: rest.leftover === undefined,
      measured: rest.leftover === undefined ? 'all' : `not ${rest.leftover}`,
      expected: 'all, with their cluster and their token',
    },
  ];
}

/** Writes what is copied to each machine: a folder with nothing but the script and our hooks. */
async function writeMachineFiles(plan: LoadPlan, count: number, stage: string, folder: string): Promise<string> {
  const machineFolder = join(folder, 'machines');
  await mkdir(machineFolder, { recursive: true });
  await copyFile(HOOKS, join(machineFolder, MACHINE_HOOKS));
  const scriptFile = join(machineFolder, 'artillery.json');
  await writeFile(scriptFile, JSON.stringify(machineScript(plan, count, tokenNameOf(stage)), undefined, 2));
  await writeFile(join(folder, ACKNOWLEDGED), '');
  return scriptFile;
}

/** Fetches the ids that the machines have put into the bucket. Returns the names of their objects. */
async function fetchAcknowledged(bucket: string, run: string, folder: string): Promise<string[]> {
  const prefix = acknowledgedPrefix(run);
  // In its first run, artillery may have ended before it created the bucket.
  const keys = (await hasObjects(bucket, prefix)) ? await listKeys(bucket, prefix) : [];
  const texts = await Promise.all(keys.map((key) => readObject(bucket, key)));
  await writeFile(join(folder, ACKNOWLEDGED), texts.join(''));
  return keys;
}
