import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fleetBounds } from '../../../infra/scaling/capacity.ts';
import { readSettings } from '../../../infra/settings/read.ts';
import { instanceHourPrice, PRICED_REGIONS, pricesOf } from '../../../scripts/cli/prices.ts';
import { instanceAdvice } from '../../../scripts/cost/advice.ts';
import { type Bill, billsAt, keepingAYear, perMillion, totalOf } from '../../../scripts/cost/bills.ts';
import { dayUsd } from '../../../scripts/cost/day.ts';
import { cheapestBill, costGoals, goalText } from '../../../scripts/cost/goals.ts';
import { idleDayUsd } from '../../../scripts/cost/idle.ts';
import { ASSUMED, fleetSize, loadBalancerUnits, SECONDS_PER_MONTH } from '../../../scripts/cost/items.ts';
import { loadPointAt, type Measured } from '../../../scripts/cost/measured.ts';
import { backupsGb } from '../../../scripts/cost/retained.ts';
import { intervalDays, type PricedStage, readPricedStage, vcpusOf } from '../../../scripts/cost/stage.ts';
import { sustainedPriceText } from '../../../scripts/cost/sustained-price.ts';
import { parseTemplate } from '../../../scripts/scaling/template/template.ts';
import { METRICS } from '../../../server/contract.ts';
import { CERTIFICATE, synthesize, type Template } from '../../infra/synthesize.ts';
import { RESULTS } from '../bench/results-example.ts';

const POINTS = [
  { ratePerProcess: 100, timestampsPerWriteUnit: 1, bytesPerTimestamp: 200 },
  { ratePerProcess: 1_100, timestampsPerWriteUnit: 11, bytesPerTimestamp: 100 },
];
const MEASURED: Measured = {
  commitWindow: 50,
  measuredAt: '2026-11-21T12:00:00Z',
  ratePerVcpu: { stampede: 10_000, itemPerRequest: 1_000 },
  points: POINTS,
  itemBytes: 180,
};
const { templates } = synthesize('prod', { certificateArn: CERTIFICATE });
/** A stage of these templates, without the resources that are removed. */
const stageOf = (
  all: Readonly<Record<string, Template>>,
  isRemoved: (logicalId: string, type: string) => boolean = () => false,
) =>
  readPricedStage(
    Object.entries(all).map(([stack, { Resources, ...template }]) => {
      const kept = Object.entries(Resources).filter(([logicalId, { Type }]) => !isRemoved(logicalId, Type));
      return parseTemplate(stack, JSON.stringify({ ...template, Resources: Object.fromEntries(kept) }));
    }),
    'eu-west-1',
  );
const PROD = stageOf(templates);
const CHOICE = { vcpus: 1, zones: 3, minInstances: 3 };
const billsOf = (rate: number, months = 1) => billsAt({ rate, measured: MEASURED, stage: PROD, months });

describe('loadPointAt', () => {
  it('lies on the line between two measured points', () => {
    assert.deepEqual(loadPointAt(POINTS, 600), {
      ratePerProcess: 600,
      timestampsPerWriteUnit: 6,
      bytesPerTimestamp: 150,
    });
  });

  it('is the last point beyond it, and a timestamp alone in its block near rest', () => {
    assert.equal(loadPointAt(POINTS, 5_000).timestampsPerWriteUnit, 11);
    assert.equal(loadPointAt(POINTS, 0).timestampsPerWriteUnit, 1);
  });
});

describe('fleetSize', () => {
  it('has at least the minimum of the stage', () => {
    assert.equal(fleetSize(1, 10_000, { ...CHOICE, minInstances: 5 }), 5);
  });

  it('in one zone carries the rate, but not the loss of the zone', () => {
    assert.equal(fleetSize(1, 1_000, { ...CHOICE, zones: 1, minInstances: 1 }), 1);
    assert.equal(fleetSize(3_000, 1_000, { ...CHOICE, zones: 1 }), 5);
  });

  it('carries the rate below the CPU target after the loss of a zone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 3 }), (rate, zones) => {
        const size = fleetSize(rate, 1_000, { ...CHOICE, zones, minInstances: zones });
        assert.ok((size - Math.ceil(size / zones)) * 600 >= rate);
      }),
    );
  });

  it('is what the stack would start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 3 }), (rate, zoneCount) => {
        const { scaleOut } = readSettings('dev');
        const zones = Array.from({ length: zoneCount }, (_, zone) => `${zone}`);
        const demand = { sustainedRate: rate, peakRate: rate, ratePerInstance: 1_000, zones, scaleOut };
        assert.equal(
          fleetSize(rate, 1_000, { ...CHOICE, zones: zoneCount, minInstances: zoneCount }),
          fleetBounds(demand).min,
        );
      }),
    );
  });
});

describe('loadBalancerUnits', () => {
  it('are those of the greatest dimension', () => {
    const bytes = ASSUMED.requestBytes + ASSUMED.answerBytes;
    const gbPerHour = (bytes * 1_000 * 3_600) / 1e9;
    assert.equal(loadBalancerUnits(1_000, 0.4), gbPerHour / 0.4);
    assert.ok(gbPerHour < 4);
    assert.equal(loadBalancerUnits(1_000, 1), 4, 'new connections: 1,000 / 10 requests / 25 a unit');
  });
});

describe('a priced stage', () => {
  it('is what the templates of prod contain', () => {
    const { Resources: network } = templates['stampede-prod-network'] as Template;
    const nat = Object.values(network).filter(({ Type }) => Type === 'AWS::EC2::NatGateway');
    assert.equal(PROD.natGateways, nat.length);
    const { instanceType, vcpus, zones, minInstances, commitWindowMs, sustainedRate, keys, dashboards } = PROD;
    assert.deepEqual([instanceType, vcpus, zones, minInstances], ['c7g.medium', 1, 3, 3]);
    assert.deepEqual([commitWindowMs, sustainedRate, keys, dashboards], [50, 2_500, resourceCount('AWS::KMS::Key'), 1]);
    assert.equal(PROD.customMetrics, Object.keys(METRICS).length - 1, 'all but the lag of other regions');
    assert.ok(PROD.alarmMetrics > resourceCount('AWS::CloudWatch::Alarm'), 'some alarms read several metrics');
    assert.deepEqual([PROD.logsAllTraffic, PROD.hasAccessLogs, PROD.hasDetailedMonitoring], [false, true, true]);
    assert.equal(PROD.accessLogDays, 400);
    assert.deepEqual([PROD.hasArchive, PROD.retentionDays], [true, Number.POSITIVE_INFINITY]);
    assert.equal(PROD.hasCanary, true);
    assert.deepEqual(PROD.backups, [{ everyDays: 365 / 12, keptDays: 365 }]);
  });

  it('has an archive if it has its catalog: the restore tests have a state machine as well', () => {
    const withoutCatalog = stageOf(templates, (_, type) => type.startsWith('AWS::Glue::'));
    assert.equal(withoutCatalog.hasArchive, false);
  });

  it('counts an alarm on unusual values as three metrics: the bounds of the band are two', () => {
    const without = stageOf(templates, (logicalId) => logicalId.startsWith('AlarmsUnusualTraffic'));
    assert.equal(PROD.alarmMetrics - without.alarmMetrics, 3);
  });

  const priced = (overrides: Record<string, string>) =>
    stageOf(synthesize('prod', { certificateArn: CERTIFICATE, ...overrides }).templates);
  /** Dollars of the items of Stampede's bill whose name begins so. */
  const usdOf = (name: string, stage: PricedStage, months = 1) =>
    billsAt({ rate: 1_000, measured: MEASURED, stage, months })[0]
      ?.items.filter((each) => each.name.startsWith(name))
      .reduce((sum, { usd }) => sum + usd, 0);

  it('knows its other regions, whose replication the price at the sustained rate leaves out', async () => {
    assert.deepEqual(PROD.regions, []);
    const zone = {
      certificateArn: '',
      domainName: 'any.example.org',
      hostedZoneId: 'Z0',
      hostedZoneName: 'example.org',
    };
    const pair = priced({ regions: 'eu-west-1,eu-central-1', ...zone });
    assert.deepEqual(pair.regions, ['eu-west-1', 'eu-central-1']);
    const text = (stage: PricedStage) =>
      sustainedPriceText(
        () => stage,
        async () => RESULTS,
      );
    assert.match(await text(pair), /without replication, which npm run cost -- --regions eu-west-1,eu-central-1/);
    assert.doesNotMatch(await text(PROD), /replication/);
  });

  it('pays for reserved capacity units of the load balancer, used or not', () => {
    const reserving = priced({ minimumLoadBalancerCapacity: '100' });
    assert.equal(usdOf('Load balancer capacity units', reserving), 730 * 100 * pricesOf('eu-west-1').alb.lcuHour);
  });

  it('pays for the web ACL and its rules, and not only for requests', () => {
    assert.deepEqual([PROD.webAclRules, priced({ waf: 'true' }).webAclRules], [[], [4]]);
    const requests = (1_000 * SECONDS_PER_MONTH) / 1e6;
    assert.equal(usdOf('WAF', priced({ waf: 'true' })), 5 + 4 + requests * ASSUMED.wafMillionUsd);
  });

  it('pays once for warm throughput above what every table has', () => {
    assert.equal(PROD.warmWriteUnits, 20_000);
    assert.deepEqual([usdOf('Warm throughput', PROD), usdOf('Warm throughput', PROD, 2)], [16 * 0.65, 0]);
  });

  it('counts a regional NAT gateway in each zone', () => {
    assert.equal(priced({ nat: 'regional' }).natGateways, 3);
  });

  it('has the processors of its instance type', () => {
    assert.deepEqual(
      ['t4g.small', 'c7g.medium', 'm8g.large', 't4g.xlarge', 'c8g.2xlarge'].map(vcpusOf),
      [2, 1, 2, 4, 8],
    );
    assert.throws(() => vcpusOf('c7g.metal'), /'c7g.metal': expected a type with one of the sizes medium, large/);
  });

  it('has backups each day, week or month', () => {
    const schedules = ['cron(0 3 * * ? *)', 'cron(0 3 ? * 1 *)', 'cron(0 3 1 * ? *)'];
    assert.deepEqual(schedules.map(intervalDays), [1, 7, 365 / 12]);
    assert.throws(() => intervalDays('rate(1 day)'), /backup schedule 'rate\(1 day\)': expected a cron expression/);
  });
});

describe('data that are retained', () => {
  it('are full copies of the table in each backup, billed by the average of a month', () => {
    const retentionDays = Number.POSITIVE_INFINITY;
    const monthly = { retentionDays, backups: [{ everyDays: 365 / 12, keptDays: 365 }] };
    const average = (months: number) => Math.round(backupsGb(monthly, { months, tableGb: 10 }));
    assert.deepEqual([1, 2, 3, 4].map(average), [0, 10, 10 + 20, 10 + 20 + 30]);
    const daily = { retentionDays, backups: [{ everyDays: 1, keptDays: 365 }] };
    assert.ok(backupsGb(daily, { months: 12, tableGb: 10 }) > 20 * average(12), 'why backups are monthly');
  });

  it('grow no further in the table once they expire, but in the archive', () => {
    const stage = { ...PROD, retentionDays: 365 / 4 };
    const usdIn = (months: number, item: RegExp) =>
      billsAt({ rate: 1_000, measured: MEASURED, stage, months })[0]?.items.find(({ name }) => item.test(name))?.usd ??
      NaN;
    for (const item of [/DynamoDB storage/, /recovery/]) {
      assert.ok(usdIn(3, item) > usdIn(2, item));
      assert.equal(usdIn(12, item), usdIn(6, item));
    }
    assert.ok(usdIn(12, /Archive storage/) > usdIn(6, /Archive storage/));
    assert.equal(usdIn(12, /Exports/), usdIn(1, /Exports/));
  });

  it('of a year cost a twentieth or less in the archive, in each further year', () => {
    const { yearGb, tableUsd, archiveUsd, exportUsd } = keepingAYear({ rate: 1_000, measured: MEASURED, stage: PROD });
    assert.ok(yearGb > 1_000 && exportUsd < tableUsd);
    assert.ok(archiveUsd * 20 < tableUsd, `${archiveUsd} and ${tableUsd} USD`);
  });

  it('make each later month more expensive, except where nothing is kept', () => {
    const later = billsOf(1_000, 12);
    for (const [index, bill] of billsOf(1_000).entries())
      for (const [row, { name, usd }] of bill.items.entries()) {
        const then = later[index]?.items[row]?.usd ?? Number.NaN;
        const grows = /storage|recovery|Backups|Restore tests|ogs/.test(name);
        const same = name.endsWith(', once') ? then === 0 : then === usd;
        assert.ok(grows ? then > usd : same, `${bill.title}: ${name} ${usd} USD, then ${then} USD`);
      }
  });
});

describe('the bills', () => {
  it('have both prices of API Gateway, and halves of read units for eventually consistent reads', () => {
    const rate = 1_000;
    const million = (SECONDS_PER_MONTH * rate) / 1e6;
    const [, , withAlb, withQueue] = billsOf(rate);
    const usdOf = (bill: Bill | undefined, item: string) => bill?.items.find(({ name }) => name === item)?.usd ?? NaN;
    assert.ok(Math.abs(usdOf(withQueue, 'API Gateway (HTTP)') - (300 * 1.11 + (million - 300) * 1)) < 1e-6);
    assert.ok(Math.abs(usdOf(withAlb, 'DynamoDB read units') - million * 0.1415) < 1e-6);
  });

  it('have the canary, which a run every minute makes cheap', () => {
    const usd = billsOf(1_000)[0]?.items.find(({ name }) => name === 'Canary')?.usd ?? NaN;
    const runs = 730 * 60;
    const lambda = runs * (0.2e-6 + 0.5 * 0.25 * 0.0000133334);
    assert.ok(Math.abs(usd - (lambda + (runs * 4 * 0.7068) / 1e6 + 2 * 0.3)) < 1e-9, String(usd));
  });

  it('count no access logs that have expired', () => {
    const usdIn = (months: number) =>
      billsOf(1_000, months)[0]?.items.find(({ name }) => name === 'Access logs in S3')?.usd ?? NaN;
    assert.ok(usdIn(13) > usdIn(12));
    assert.equal(usdIn(24), usdIn(15));
  });

  it('count a write unit per timestamp where each has an item of its own, and fewer for Stampede', () => {
    const million = (SECONDS_PER_MONTH * 3_000) / 1e6;
    const [stampede, itemPerRequest] = billsOf(3_000).map(
      ({ items }) => items.find(({ name }) => name === 'DynamoDB write units')?.usd ?? Number.NaN,
    );
    assert.equal(itemPerRequest, million * 0.7068);
    const size = fleetSize(3_000, 10_000, CHOICE);
    const units = million / loadPointAt(POINTS, 3_000 / size).timestampsPerWriteUnit;
    assert.ok(Math.abs((stampede ?? 0) - units * 0.7068) < 1e-6, `${stampede} USD`);
  });

  it('sum their items', () => {
    const bill = {
      title: 'two',
      items: [
        { name: 'a', quantity: '1', usd: 2 },
        { name: 'b', quantity: '1', usd: 3 },
      ],
    };
    assert.equal(totalOf(bill), 5);
    assert.equal(perMillion(bill, 2_000_000), 2.5);
  });

  it('only grow with the rate', () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1_000, max: 5_000 }));
    fc.assert(
      fc.property(rates, ([rate, more]) => {
        const before = billsOf(rate);
        for (const [index, bill] of billsOf(rate + more).entries())
          assert.ok(totalOf(bill) > totalOf(before[index] ?? { title: '', items: [] }), bill.title);
      }),
    );
  });

  it('refuse a region without prices', () => {
    const stage = { ...PROD, region: 'mars-1' };
    assert.throws(() => billsAt({ rate: 1, measured: MEASURED, stage }), /no prices of region 'mars-1'/);
  });

  it('know the Graviton families of the fleet in its region', () => {
    for (const family of ['c7g', 'm7g', 'c8g', 'm8g'])
      assert.ok(instanceHourPrice('eu-west-1', `${family}.medium`) > 0, family);
    for (const region of PRICED_REGIONS) assert.ok(instanceHourPrice(region, PROD.instanceType) > 0, region);
  });
});

describe('an idle day', () => {
  it('costs what is there without traffic', () => {
    const { nat, publicIpv4Hour } = pricesOf(PROD.region);
    const withAnother = idleDayUsd({ ...PROD, natGateways: PROD.natGateways + 1 });
    assert.ok(Math.abs(withAnother - idleDayUsd(PROD) - 24 * (nat.hour + publicIpv4Hour)) < 1e-9);
    assert.ok(Math.abs(idleDayUsd({ ...PROD, minInstances: 0, alarmMetrics: 0 }) - idleDayUsd(PROD)) > 1);
  });
});

describe('a measured day', () => {
  const DAY = { timestamps: 0, writeUnits: 0, instances: 3, tableBytes: 0 };
  const { dynamodb } = pricesOf(PROD.region);

  it('costs its write units, and what the table has stored', () => {
    const units = dayUsd(PROD, { ...DAY, writeUnits: 1e6 }) - dayUsd(PROD, DAY);
    assert.ok(Math.abs(units - dynamodb.millionWriteUnits) < 1e-9);
    const month = (dayUsd(PROD, { ...DAY, tableBytes: 1e9 }) - dayUsd(PROD, DAY)) * (ASSUMED.hoursPerMonth / 24);
    assert.ok(Math.abs(month - dynamodb.storageGbMonth - dynamodb.pitrGbMonth) < 1e-9);
  });

  it('costs the hours of its instances', () => {
    const more = dayUsd(PROD, { ...DAY, instances: 4 }) - dayUsd(PROD, DAY);
    assert.ok(more > 24 * instanceHourPrice(PROD.region, PROD.instanceType));
  });
});

describe('the advice on instances', () => {
  it('prices the minimum of the fleet with a Savings Plan, and as other families of the same architecture', () => {
    const [plan = '', ...families] = instanceAdvice(PROD);
    assert.match(
      plan,
      /^A Compute Savings Plan of 0\.\d{3} USD an hour covers the 3 c7g\.medium of the minimum, and saves /,
    );
    assert.ok(families.length > 1 && families.every((line) => /^As [a-z]+\d+g\.medium they would cost /.test(line)));
    assert.ok(!families.some((line) => /^As t\d/.test(line)), 'burstable types are no alternative');
  });

  it('is what docs/review.md quotes', () => {
    const review = readFileSync('docs/review.md', 'utf8').replaceAll(/\s+/g, ' ');
    for (const sentence of instanceAdvice(PROD)) assert.ok(review.includes(sentence), sentence);
  });
});

describe('the goals of the bill', () => {
  const goals = costGoals({ measured: MEASURED, stage: PROD }, (rate) =>
    cheapestBill({ rate, measured: MEASURED, stage: { ...PROD, natGateways: 1 } }, 0.27),
  );

  it('compare with the two ways on Lambda at two rates', () => {
    assert.deepEqual(
      goals.map(({ rate, target, times, met }) => [rate, target, times >= target === met]),
      [
        [1_000, 15, true],
        [1_000, 8, true],
        [10_000, 24, true],
        [10_000, 13, true],
      ],
    );
  });

  it('say what is left where they are missed', () => {
    const [goal] = goals;
    assert.ok(goal);
    const missed = { ...goal, met: false, excessUsd: 12, times: 14.25, timesOfCheapest: 17, excessUsdOfCheapest: 0 };
    assert.match(
      goalText(missed),
      /^1,000\/s, API Gateway, .*1\/14\.3 of its price, goal 1\/15: missed\. .* 12 USD more/,
    );
    assert.match(
      goalText(missed),
      /largest items are [\w ]+ \d+ USD, .*cheapest variant costs 1\/17\.0, which meets the goal\.$/,
    );
    assert.match(
      goalText({ ...missed, timesOfCheapest: 14.5, excessUsdOfCheapest: 7.4 }),
      /costs 1\/14\.5, which misses the goal: it would take another 7 USD less\.$/,
    );
    assert.match(goalText({ ...goal, met: true }), /: met\.$/);
  });

  it('depend on what the stage consists of', () => {
    const more = { ...PROD, natGateways: 4 };
    const [dearer] = costGoals({ measured: MEASURED, stage: more }, () => ({ title: '', items: [] }));
    assert.ok((dearer?.times ?? 0) < (goals[0]?.times ?? 0), 'another NAT gateway lowers the ratio');
  });
});

describe('the price that a deployment prints', () => {
  const textOf = (changes: Partial<PricedStage> = {}) =>
    sustainedPriceText(
      () => ({ ...PROD, ...changes }),
      async () => RESULTS,
    );

  it('is that of the rate for which the stage is sized', async () => {
    assert.match(await textOf(), /^At the sustained rate of 2,500\/s, a million timestamps cost \d\.\d\d USD/);
  });

  it('is not known without prices or measurements, which does not stop the deployment', async () => {
    assert.match(await textOf({ region: 'mars-1' }), /not known, because mars-1 has no prices/);
    assert.match(await textOf({ commitWindowMs: 7 }), /a commit window of 7 ms was not measured/);
    assert.match(await textOf({ commitWindowMs: 25 }), /not known: .*no commit window of 25 ms/);
    const unpriced = { region: 'eu-central-1', instanceType: 'm7g.medium' };
    assert.match(await textOf(unpriced), /not known: no price of m7g\.medium in eu-central-1/);
    const withoutResults = () => Promise.reject(new Error('no results'));
    assert.match(await sustainedPriceText(() => PROD, withoutResults), /not known: no results/);
    const metal = sustainedPriceText(
      () => ({ ...PROD, vcpus: vcpusOf('c7g.metal') }),
      async () => RESULTS,
    );
    assert.match(await metal, /not known: 'c7g\.metal': expected a type/);
  });
});

function resourceCount(type: string): number {
  return Object.values(templates).flatMap(({ Resources }) =>
    Object.values(Resources).filter(({ Type }) => Type === type),
  ).length;
}
