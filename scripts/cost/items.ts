/** The items of a bill: quantities, and their list prices. */
import { instanceHourPrice, type RegionPrices } from '../cli/prices.ts';
import assumptions from './assumptions.json' with { type: 'json' };

/** What no benchmark measures. Each value holds for Stampede and for the alternatives alike. */
export const ASSUMPTIONS = assumptions;

const hours = assumptions.hoursPerMonth.value;
export const SECONDS_PER_MONTH = hours * 3600;
export const GB = 1e9;

/** What the fleet consists of. */
export interface FleetChoice {
  readonly region: string;
  readonly instanceType: string;
  readonly vcpus: number;
  readonly zones: number;
  readonly natGateways: number;
}

/** Instances that carry the rate below the CPU target after the loss of one zone; at least one a zone. */
export function fleetSize(rate: number, ratePerVcpu: number, { vcpus, zones }: FleetChoice): number {
  const needed = Math.max(1, Math.ceil(rate / (ratePerVcpu * vcpus * assumptions.cpuTarget.value)));
  let size = Math.max(needed, zones);
  while (size - Math.ceil(size / zones) < needed) size += 1;
  return size;
}

/** The fleet with its network, monitoring and key. */
export function fleetItems(prices: RegionPrices, choice: FleetChoice, size: number) {
  const { cloudwatch, nat } = prices;
  const { region, instanceType, natGateways } = choice;
  const metrics = assumptions.customMetrics.value + size * assumptions.detailedMonitoringMetrics.value;
  const alarms = assumptions.alarms.value;
  const volumesGb = size * assumptions.rootVolumeGb.value;
  const natGb = size * assumptions.natGbPerInstance.value;
  const logsGb = size * assumptions.logsGbPerInstance.value;
  const natUsd = natGateways * hours * (nat.hour + prices.publicIpv4Hour) + natGb * nat.gb;
  const metricsUsd = metrics * cloudwatch.metricMonth + alarms * cloudwatch.alarmMonth + cloudwatch.dashboardMonth;
  return [
    item('Instances', `${size} ${instanceType}`, size * instanceHourPrice(region, instanceType) * hours),
    item('Volumes', `${volumesGb} GB gp3`, volumesGb * prices.ebsGp3GbMonth),
    item('NAT gateways', `${natGateways}`, natUsd),
    item('Metrics, alarms, dashboard', `${metrics} metrics, ${alarms} alarms`, metricsUsd),
    item('Logs', `${logsGb} GB`, logsGb * (cloudwatch.logsGb + cloudwatch.logsStorageGbMonth)),
    item('Encryption key', '1', prices.kms.keyMonth),
  ];
}

/** Writes and reads of DynamoDB, in units of the whole month, and the storage that the month adds. */
export function dynamodbItems({ dynamodb }: RegionPrices, { write = 0, read = 0 }, gb: number) {
  const backup = dynamodb.pitrGbMonth + dynamodb.backupGbMonth;
  return [
    millions('DynamoDB write units', write, dynamodb.millionWriteUnits),
    ...(read > 0 ? [millions('DynamoDB read units', read, dynamodb.millionReadUnits)] : []),
    item('DynamoDB storage of the month', `${count(gb)} GB`, gb * dynamodb.storageGbMonth),
    item('Point-in-time recovery and backup of it', `${count(gb)} GB`, gb * backup),
  ];
}

/** AWS bills the greatest dimension. A unit: 25 new connections/s, 3,000 active ones, 1 GB an hour (Lambda: 0.4 GB). */
export function loadBalancerUnits(rate: number, gbPerUnitHour: number): number {
  const { requestBytes, answerBytes, requestsPerConnection, connectionS } = assumptions;
  const newConnections = rate / requestsPerConnection.value;
  const gbPerHour = (rate * (requestBytes.value + answerBytes.value) * 3600) / GB;
  return Math.max(newConnections / 25, (newConnections * connectionS.value) / 3000, gbPerHour / gbPerUnitHour);
}

export function loadBalancerItems(prices: RegionPrices, rate: number, zones: number, gbPerUnitHour: number) {
  const units = loadBalancerUnits(rate, gbPerUnitHour);
  const perHour = prices.alb.hour + zones * prices.publicIpv4Hour;
  return [
    item('Load balancer and its addresses', `${zones} zones`, hours * perHour),
    item('Load balancer capacity units', count(units), hours * units * prices.alb.lcuHour),
  ];
}

export function internetItem({ internetGb }: RegionPrices, rate: number) {
  const gb = (rate * assumptions.answerBytes.value * SECONDS_PER_MONTH) / GB;
  return item('Answers to the internet', `${count(gb)} GB`, gb * internetGb);
}

/** Invocations of a Lambda function (Arm). */
export function lambdaItem({ lambda }: RegionPrices, name: string, invocations: number, seconds: number) {
  const gbSeconds = seconds * assumptions.lambdaGb.value;
  return millions(name, invocations, lambda.millionRequests + 1e6 * gbSeconds * lambda.gbSecondArm);
}

/** An item that is billed by the million. */
export function millions(name: string, quantity: number, usdPerMillion: number) {
  return item(name, `${count(quantity / 1e6)} million`, (quantity / 1e6) * usdPerMillion);
}

/** One line of a monthly bill; `quantity` is what was counted, for people. */
function item(name: string, quantity: string, usd: number) {
  return { name, quantity, usd };
}

function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
