import { stackNames } from '../../infra/contract.ts';
import { deployedTemplateText, findStacks, stackResources } from '../aws/cloudformation.ts';
import { findTable } from '../aws/dynamodb.ts';
import { describeImage } from '../aws/ec2.ts';
import { configuredRegion } from '../aws/region.ts';
import { dayUsd } from '../cost/day.ts';
import { readPricedStage } from '../cost/stage.ts';
import { parseTemplate } from '../scaling/template/template.ts';
import { age } from './age.ts';
import { lastRestoreCheck, type Measures, readMeasures } from './measures.ts';

interface Deployed {
  readonly stage: string;
  readonly autoScalingGroup: string;
  readonly amiId: string;
  readonly tableName: string;
}

/** The last day of a stage, as rows of a table. */
export type DayRows = readonly (readonly [name: string, value: string])[];

/**
 * Reads what the last day of a stage was like. A row that cannot be read says why: for the person on call, the other
 * rows are worth more than an error.
 */
export async function readDay({ stage, autoScalingGroup, amiId, tableName }: Deployed, now: Date): Promise<DayRows> {
  const measures = readMeasures({ stage, group: autoScalingGroup, tableName }, now);
  const price = measures.then(async (day) => priceText(await readPrice(stage, tableName, day), day));
  const rows: Readonly<Record<string, Promise<string | undefined>>> = {
    'Last day': measures.then(recordedText),
    Price: price,
    Spill: measures.then(spillText),
    Clock: measures.then(clockText),
    Replication: measures.then(({ replicationLagS }) =>
      replicationLagS === undefined ? undefined : `the other regions are ${replicationLagS.toFixed(0)} s behind`,
    ),
    Image: describeImage(amiId).then(({ createdAt }) => `${amiId}, ${age(createdAt, now)} old`),
    'Restore test': restoreText(stage, now),
  };
  const texts = await Promise.all(
    Object.entries(rows).map(async ([name, text]) => [name, await readable(text)] as const),
  );
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

async function readable(text: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await text;
  } catch (error) {
    return `not known: ${(error as Error).message.split('\n')[0]}`;
  }
}

async function readPrice(stage: string, tableName: string, day: Measures): Promise<number> {
  const stacks = await findStacks(Object.values(stackNames(stage)));
  const templates = await Promise.all(
    stacks.map(async ({ name }) => parseTemplate(name, await deployedTemplateText(name))),
  );
  const priced = readPricedStage(templates, (await configuredRegion()) ?? '');
  const { recorded, spilled, tableUnits, instances = priced.minInstances } = day;
  const tableBytes = (await findTable(tableName))?.sizeBytes ?? 0;
  return dayUsd(priced, { timestamps: recorded + spilled, writeUnits: tableUnits, instances, tableBytes });
}

async function restoreText(stage: string, now: Date): Promise<string | undefined> {
  const resources = await stackResources(stackNames(stage).data);
  const check = resources.find(
    ({ type, logicalId }) => type === 'AWS::StepFunctions::StateMachine' && logicalId.startsWith('RestoreTesting'),
  );
  if (!check) return 'off';
  const last = await lastRestoreCheck(check.physicalId, now);
  return last ? `succeeded ${age(last, now)} ago` : 'none succeeded within two months';
}

function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}

/** The first row: how many timestamps, and how many share a write unit. */
export function recordedText({ recorded, spilled, failed, blockUnits, tableUnits }: Measures): string {
  const each = blockUnits > 0 ? `${(recorded / blockUnits).toFixed(1)} per write unit, ` : '';
  const rest = `${count(spilled)} spilled, ${count(failed)} failed`;
  return `${count(recorded)} recorded, ${each}${count(tableUnits)} write units, ${rest}`;
}

function priceText(usd: number, { recorded, spilled }: Measures): string {
  const stored = recorded + spilled;
  const each = stored > 0 ? `, ${((usd * 1e6) / stored).toFixed(2)} USD per million timestamps` : '';
  return `${usd.toFixed(2)} USD by list prices, without backups${each}`;
}

/** What is in the spill bucket now. */
export function spillText({ spillAgeS, deadLetters = 0 }: Measures): string {
  const dead = deadLetters > 0 ? `; ${count(deadLetters)} dead letters: npm run replay` : '';
  if (spillAgeS === undefined) return `not known${dead}`;
  return `${spillAgeS > 0 ? `the oldest block waits for ${count(spillAgeS)} s` : 'empty'}${dead}`;
}

function clockText({ clockErrorMs }: Measures): string {
  return clockErrorMs === undefined ? 'error not known' : `error at most ${clockErrorMs.toFixed(2)} ms`;
}
