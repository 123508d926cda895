import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readResults } from '../../../scripts/bench/report.ts';
import { pricesOf } from '../../../scripts/cli/prices.ts';
import { type Bill, totalOf } from '../../../scripts/cost/bills.ts';
import { ASSUMED, SECONDS_PER_MONTH } from '../../../scripts/cost/items.ts';
import { type Measured, measuredOf } from '../../../scripts/cost/measured.ts';
import { readPricedStage } from '../../../scripts/cost/stage.ts';
import { strategyBills } from '../../../scripts/cost/strategies.ts';
import { parseTemplate } from '../../../scripts/scaling/template/template.ts';
import { HEARTBEAT_MS } from '../../../server/regions/watch.ts';
import { CERTIFICATE, type Overrides, synthesize } from '../../infra/synthesize.ts';
import { runEntry } from '../run-entry.ts';

const HOME = 'eu-west-1';
const AWAY = 'eu-central-1';
/** Every block has ten timestamps, whatever the load. */
const MEASURED: Measured = {
  commitWindow: 50,
  measuredAt: '2026-11-21T12:00:00Z',
  ratePerVcpu: { stampede: 500, itemPerRequest: 1_000 },
  points: [0, 10_000].map((ratePerProcess) => ({ ratePerProcess, timestampsPerWriteUnit: 10, bytesPerTimestamp: 100 })),
  itemBytes: 180,
};
const priced = (region: string, overrides: Overrides) => {
  const { templates } = synthesize('prod', { ...overrides, region });
  return readPricedStage(
    Object.entries(templates).map(([stack, template]) => parseTemplate(stack, JSON.stringify(template))),
    region,
  );
};
const PAIR = {
  regions: `${HOME},${AWAY}`,
  domainName: 'a.example.org',
  hostedZoneId: 'Z1',
  hostedZoneName: 'example.org',
};
const MADE_AT_HOME = { tableName: 'any', secretArn: `arn:aws:secretsmanager:${AWAY}:123456789012:secret:any-aBcDeF` };
const alone = priced(HOME, { certificateArn: CERTIFICATE });
const regions = [priced(HOME, PAIR), priced(AWAY, { ...PAIR, ...MADE_AT_HOME })];
const RATE = 1_000;
const billsOf = (months = 1) => strategyBills({ rate: RATE, measured: MEASURED, months, alone, regions });
const [backup, copies, pilot, standby, active] = billsOf();

const itemOf = (bill: Bill | undefined, name: string) => bill?.items.find((item) => item.name === name)?.usd ?? NaN;
const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6 * expected, `${actual}, expected ${expected}`);

describe('the bill of a stage in two regions', () => {
  const million = (RATE * SECONDS_PER_MONTH) / 10 / 1e6;

  it('has every write in each region, at the price of the region', () => {
    for (const region of [HOME, AWAY])
      close(itemOf(pilot, `DynamoDB write units, ${region}`), million * pricesOf(region).dynamodb.millionWriteUnits);
  });

  it('has the heartbeats of both, as often as the server writes them', () => {
    assert.equal(ASSUMED.heartbeatS * 1_000, HEARTBEAT_MS);
    const heartbeats = (2 * SECONDS_PER_MONTH) / ASSUMED.heartbeatS / 1e6;
    close(
      itemOf(active, `DynamoDB write units, ${HOME}`),
      (million + heartbeats) * pricesOf(HOME).dynamodb.millionWriteUnits,
    );
  });

  it('has table and point-in-time recovery in both, backups and archive at home only', () => {
    for (const item of ['DynamoDB storage', 'Point-in-time recovery'])
      for (const region of [HOME, AWAY]) assert.ok(itemOf(active, `${item}, ${region}`) > 0, `${item}, ${region}`);
    const [, , , , later] = billsOf(12);
    assert.ok(itemOf(later, `Backups, ${HOME}`) > 0);
    assert.equal(itemOf(later, `Backups, ${AWAY}`), 0);
    assert.ok(Number.isNaN(itemOf(later, `Exports to the archive, ${AWAY}`)));
  });

  it('pays for what a region sends to the other', () => {
    const gb = (RATE * SECONDS_PER_MONTH * 100) / 1e9;
    close(itemOf(pilot, `Replication to other regions, ${HOME}`), gb * 0.02);
    assert.equal(itemOf(pilot, `Replication to other regions, ${AWAY}`), 0);
    for (const region of [HOME, AWAY])
      close(itemOf(active, `Replication to other regions, ${region}`), (gb / 2) * 0.02);
  });

  it('has a fleet, a load balancer and a health check in each, the replica of the secret and a token of the canary', () => {
    for (const item of ['Instances', 'Load balancer and its addresses', 'NAT gateways', 'Health checks'])
      for (const region of [HOME, AWAY]) assert.ok(itemOf(active, `${item}, ${region}`) > 0, `${item}, ${region}`);
    assert.deepEqual(
      [alone, ...regions].map(({ secrets, healthChecks }) => [secrets, healthChecks]),
      [
        [2, 0],
        [3, 1],
        [1, 1],
      ],
    );
  });
});

describe('npm run cost -- --regions', () => {
  it('refuses regions without prices in one line, before it synthesises anything', async () => {
    const args = ['--regions', 'eu-west-1,ap-south-1,ap-south-2', '--page', 'docs/cost.html'];
    const { code, stdout, stderr } = await runEntry('scripts/cost.ts', args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(
      stderr,
      /^cost: --regions has ap-south-1, ap-south-2, for which scripts\/cli\/prices\.json has no prices: expected us-east-1, eu-west-1, eu-central-1 .*\n$/,
    );
  });
});

describe('the strategies against the loss of a region', () => {
  it('cost more, the more of the second region is ready', () => {
    const totals = [backup, copies, pilot, standby, active].map((bill) => (bill ? totalOf(bill) : NaN));
    assert.deepEqual(
      totals,
      totals.toSorted((a, b) => a - b),
    );
  });

  it('have no fleet in a pilot light, and one instance a zone in a warm standby', () => {
    assert.ok(Number.isNaN(itemOf(pilot, `Instances, ${AWAY}`)));
    const instances = standby?.items.find(({ name }) => name === `Instances, ${AWAY}`);
    assert.equal(instances?.quantity, '3 c7g.medium');
  });

  it('cost what docs/recovery.md says, within 5 %', async () => {
    const measured = measuredOf(await readResults('docs/benchmarks/results.json'));
    const page = readFileSync('docs/recovery.md', 'utf8');
    const sumsOf = (months: number) =>
      strategyBills({ rate: RATE, measured, months, alone, regions }).map(
        (bill) => [bill.title, totalOf(bill)] as const,
      );
    const later = new Map(sumsOf(12));
    for (const [title, first] of sumsOf(1)) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${title} |`)) ?? '';
      const stated = row
        .split('|')
        .slice(2, 4)
        .map((cell) => Number(cell.replace(',', '')));
      for (const [index, sum] of [first, later.get(title) ?? NaN].entries())
        assert.ok(
          Math.abs((stated[index] ?? NaN) - sum) < 0.05 * sum,
          `${title}: ${sum}, on the page ${stated[index]}`,
        );
    }
  });

  it('copy each monthly backup once, and keep the copies as long as the backups', () => {
    const [, third] = billsOf(3);
    const gb = (RATE * SECONDS_PER_MONTH * 100) / 1e9;
    close(itemOf(third, 'Copying to another region'), 2 * gb * 0.02);
    close(
      itemOf(third, 'Copies of backups') / pricesOf(AWAY).dynamodb.backupGbMonth,
      itemOf(third, 'Backups') / pricesOf(HOME).dynamodb.backupGbMonth,
    );
  });
});
