import { deployedTemplateText } from '../aws/cloudformation.ts';
import { textTable } from '../cli/table.ts';
import { idleDayUsd } from '../cost/idle.ts';
import { readPricedStage } from '../cost/stage.ts';
import { parseTemplate } from '../scaling/template/template.ts';
import type { DeployedStage } from '../stage/stages.ts';
import { age, duration } from './age.ts';

/** A stage, and what a day of it costs in USD if nobody uses it, or the reason why that is not known. */
export interface StageRow extends DeployedStage {
  readonly dayUsd: number | string;
}

/** Reads the price of a day of each stage from its deployed templates. */
export async function readPrices(stages: readonly DeployedStage[], region: string): Promise<StageRow[]> {
  const rows: StageRow[] = [];
  for (const stage of stages) rows.push({ ...stage, dayUsd: await dayUsd(stage, region) });
  return rows;
}

/** A stage that is half deployed has no price, which must not hide the others. */
async function dayUsd({ stacks }: DeployedStage, region: string): Promise<number | string> {
  try {
    const texts = await Promise.all(stacks.map(async ({ name }) => [name, await deployedTemplateText(name)] as const));
    const templates = texts.map(([name, text]) => parseTemplate(name, text));
    return idleDayUsd(readPricedStage(templates, region));
  } catch (error) {
    return `not known: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Renders the stages of a region, with the sum of their prices. */
export function stagesReport(rows: readonly StageRow[], region: string, now: Date): string {
  if (rows.length === 0) return `No stage is deployed in ${region}`;
  const table = rows.map(({ stage, stacks, createdAt, expires, dayUsd: usd }) => [
    stage,
    statesOf(stacks),
    createdAt ? age(createdAt, now) : '',
    expires ? expiryText(expires, now) : 'never',
    typeof usd === 'number' ? usd.toFixed(2) : usd,
  ]);
  const sum = rows.reduce((total, { dayUsd: usd }) => total + (typeof usd === 'number' ? usd : 0), 0);
  return `${textTable([['STAGE', 'STACKS', 'AGE', 'EXPIRES', 'USD A DAY'], ...table])}

An idle day of all ${rows.length} in ${region} costs ${sum.toFixed(2)} USD, by list prices; traffic and stored data are extra`;
}

/** The number of stacks in each of CloudFormation's states. */
function statesOf(stacks: DeployedStage['stacks']): string {
  const byState = Map.groupBy(stacks, ({ status }) => status);
  return [...byState].map(([status, own]) => `${own.length} ${status}`).join(', ');
}

function expiryText(expires: Date, now: Date): string {
  const left = expires.getTime() - now.getTime();
  return left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`;
}
