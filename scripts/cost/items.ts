/** The items of a bill: quantities, and their list prices. */
import { METRIC_PERIOD_S, SECRET_REFRESH_S } from '../../server/contract.ts';
import { instanceHourPrice, type RegionPrices } from '../cli/prices.ts';
import assumptions from './assumptions.json' with { type: 'json' };
import type { PricedStage } from './stage.ts';

/** What no benchmark measures. Each value holds for Stampede and for the alternatives alike. */
export const ASSUMPTIONS = assumptions;

const values = Object.entries(assumptions).map(([name, { value }]) => [name, value]);
/** The values of the assumptions by name. */
export const ASSUMED: Readonly<Record<keyof typeof assumptions, number>> = Object.fromEntries(values);

const hours = ASSUMED.hoursPerMonth;
export const SECONDS_PER_MONTH = hours * 3600;
export const GB = 1e9;

/** Write units per second that every new on-demand table accepts at once. */
const FREE_WRITE_UNITS = 4_000;

/** One line of a monthly bill; `quantity` is what was counted, for people. */
export function item(name: string, quantity: string, usd: number) {
  return { name, quantity, usd };
}

/** An item that is billed by the million. */
export function millions(name: string, quantity: number, usdPerMillion: number) {
  return item(name, `${count(quantity / 1e6)} million`, (quantity / 1e6) * usdPerMillion);
}

export function gigabytes(name: string, gb: number, usdPerGb: number) {
  return item(name, `${count(gb)} GB`, gb * usdPerGb);
}

function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

/**
 * Instances that carry the rate below the CPU target, at least the stage's minimum. In several zones they also carry it
 * after the loss of one.
 */
export function fleetSize(
  rate: number,
  ratePerVcpu: number,
  { vcpus, zones, minInstances }: Pick<PricedStage, 'vcpus' | 'zones' | 'minInstances'>,
): number {
  const needed = Math.max(1, Math.ceil(rate / (ratePerVcpu * vcpus * ASSUMED.cpuTarget)));
  let size = Math.max(needed, minInstances);
  if (zones === 1) return size;
  while (size - Math.ceil(size / zones) < needed) size += 1;
  return size;
}

/** The fleet with its network, monitoring and keys. `discount`: the share of the on-demand price that is saved. */
export function fleet(prices: RegionPrices, stage: PricedStage, size: number, discount = 0) {
  const { cloudwatch, nat } = prices;
  const { instanceType, natGateways, vcpus, alarmMetrics, compositeAlarms, interfaceEndpoints } = stage;
  const { secretMonth, tenThousandCalls } = prices.secretsManager;
  const reads = (size * vcpus * hours * 3600) / SECRET_REFRESH_S;
  const metrics = stage.customMetrics + (stage.hasDetailedMonitoring ? size * ASSUMED.detailedMonitoringMetrics : 0);
  const reports = (size * hours * 3600) / METRIC_PERIOD_S;
  const metricsUsd = metrics * cloudwatch.metricMonth + (reports / 1_000) * prices.putMetricData.thousandCalls;
  const alarmsUsd = alarmMetrics * cloudwatch.alarmMonth + compositeAlarms * cloudwatch.compositeAlarmMonth;
  const natUsd = natGateways * hours * (nat.hour + prices.publicIpv4Hour) + size * ASSUMED.natGbPerInstance * nat.gb;
  const volumesGb = size * stage.volumeGb;
  const instancesUsd = size * instanceHourPrice(stage.region, instanceType) * hours * (1 - discount);
  return [
    item('Instances', `${size} ${instanceType}${discount > 0 ? ', Savings Plan' : ''}`, instancesUsd),
    item('Volumes', `${volumesGb} GB gp3`, volumesGb * prices.ebsGp3GbMonth),
    item('NAT gateways', `${natGateways}`, natUsd),
    ...(interfaceEndpoints > 0
      ? [
          item(
            'Interface endpoints',
            `${interfaceEndpoints}`,
            interfaceEndpoints * hours * prices.interfaceEndpointHour,
          ),
        ]
      : []),
    item('Metrics', `${metrics}`, metricsUsd),
    item('Alarms', `${alarmMetrics} metrics, ${compositeAlarms} composite`, alarmsUsd),
    ...(stage.hasCanary ? [canary(prices)] : []),
    item('Dashboards', `${stage.dashboards}`, stage.dashboards * cloudwatch.dashboardMonth),
    item('Encryption keys', `${stage.keys}`, stage.keys * prices.kms.keyMonth),
    item('Secrets', `${stage.secrets}`, stage.secrets * secretMonth + (reads / 1e4) * tenThousandCalls),
  ];
}

/** Metrics of the canary. */
const CANARY_METRICS = 2;
/** Write units of a run: a transaction of a block and a key. */
const CANARY_WRITE_UNITS = 4;

/** The canary: a run every minute, and what it writes. Its alarms and its secret are among those of the stage. */
function canary(prices: RegionPrices) {
  const runs = hours * 60;
  const usd =
    lambda(prices, 'Lambda', runs, ASSUMED.canaryS).usd +
    (runs * CANARY_WRITE_UNITS * prices.dynamodb.millionWriteUnits) / 1e6 +
    CANARY_METRICS * prices.cloudwatch.metricMonth;
  return item('Canary', `${count(runs)} runs`, usd);
}

/** Writes and reads of DynamoDB in units of the month. */
export function dynamodb({ dynamodb }: RegionPrices, { write = 0, read = 0 }) {
  return [
    millions('DynamoDB write units', write, dynamodb.millionWriteUnits),
    ...(read > 0 ? [millions('DynamoDB read units', read, dynamodb.millionReadUnits)] : []),
  ];
}

/**
 * Blocks that go to the spill bucket while the table is away: a put, a list and a get each; a delete costs nothing. Each
 * process also lists the empty bucket once a minute, which costs as much as a put.
 */
export function spill({ s3 }: RegionPrices, blocksPerSecond: number, processes: number) {
  const blocks = blocksPerSecond * 60 * ASSUMED.spillMinutes;
  const calls = 3 * blocks + processes * hours * 60;
  return item('Spill bucket', `${count(blocks)} blocks`, (calls * s3.thousandPuts) / 1_000);
}

/** AWS bills the greatest dimension. A unit: 25 new connections/s, 3,000 active ones, 1 GB an hour (Lambda: 0.4 GB). */
export function loadBalancerUnits(rate: number, gbPerUnitHour: number): number {
  const newConnections = rate / ASSUMED.requestsPerConnection;
  const gbPerHour = (rate * (ASSUMED.requestBytes + ASSUMED.answerBytes) * 3600) / GB;
  return Math.max(newConnections / 25, (newConnections * ASSUMED.connectionS) / 3000, gbPerHour / gbPerUnitHour);
}

/** The load balancer, its public addresses and its capacity units: those used, but at least those reserved. */
export function loadBalancer(prices: RegionPrices, rate: number, zones: number, gbPerUnitHour: number, reserved = 0) {
  const units = Math.max(reserved, loadBalancerUnits(rate, gbPerUnitHour));
  const perHour = prices.alb.hour + zones * prices.publicIpv4Hour;
  return [
    item('Load balancer and its addresses', `${zones} zones`, hours * perHour),
    item('Load balancer capacity units', count(units), hours * units * prices.alb.lcuHour),
  ];
}

/** The price of each web ACL, each of its rules, and each request. */
export function waf(webAclRules: readonly number[], requests: number) {
  if (webAclRules.length === 0) return [];
  const { wafAclMonthUsd, wafRuleMonthUsd, wafMillionUsd } = ASSUMED;
  const rules = webAclRules.reduce((sum, each) => sum + each, 0);
  return [
    item(
      'WAF',
      `${webAclRules.length} ACL, ${rules} rules`,
      webAclRules.length * wafAclMonthUsd + rules * wafRuleMonthUsd,
    ),
    millions('WAF requests', requests, wafMillionUsd),
  ];
}

/** Warm throughput is charged when the table is made: above what every table has. Later months have the item with 0. */
export function warmThroughput({ warmWriteUnits }: { readonly warmWriteUnits: number }, months: number) {
  const above = warmWriteUnits - FREE_WRITE_UNITS;
  if (above <= 0) return [];
  const usd = months === 1 ? (above / 1_000) * ASSUMED.warmThousandUsd : 0;
  return [item('Warm throughput, once', `${count(above)} write units/s`, usd)];
}

/** Gigabytes a month of flow logs that record every connection of a client: a record for each direction. */
export function flowLogGb(rate: number): number {
  const records = (2 * rate * SECONDS_PER_MONTH) / ASSUMED.requestsPerConnection;
  return (records * ASSUMED.flowLogBytes) / GB;
}

/** Requests of an HTTP API, which cost less above 300 million a month. */
export function httpApi({ apiGateway }: RegionPrices, requests: number) {
  const above = Math.max(0, requests - 300e6);
  const usd = (requests - above) * apiGateway.millionHttpRequests + above * apiGateway.millionHttpRequestsAbove300;
  return item('API Gateway (HTTP)', `${count(requests / 1e6)} million`, usd / 1e6);
}

/** Answers that leave to the internet: the same for every way to build the service. */
export function internet({ internetGb }: RegionPrices, rate: number) {
  return gigabytes('Answers to the internet', (rate * ASSUMED.answerBytes * SECONDS_PER_MONTH) / GB, internetGb);
}

/** Invocations of a Lambda function (Arm). */
export function lambda({ lambda }: RegionPrices, name: string, invocations: number, seconds: number) {
  const gbSeconds = seconds * ASSUMED.lambdaGb;
  return millions(name, invocations, lambda.millionRequests + 1e6 * gbSeconds * lambda.gbSecondArm);
}
