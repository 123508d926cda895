import { instanceHourPrice, type RegionPrices } from '../cli/prices.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { Item } from './bill.ts';

/** What the fleet is made of. */
export interface FleetChoice {
  readonly region: string;
  readonly instanceType: string;
  readonly vcpus: number;
  readonly zones: number;
  readonly natGateways: number;
}

/** Instances that carry the rate below the CPU target after the loss of one zone; at least one a zone. */
export function fleetSize(rate: number, ratePerVcpu: number, { vcpus, zones }: FleetChoice): number {
  const needed = Math.max(1, Math.ceil(rate / (ratePerVcpu * vcpus * ASSUMPTIONS.cpuTarget)));
  let size = Math.max(needed, zones);
  while (size - Math.ceil(size / zones) < needed) size += 1;
  return size;
}

/** The fleet with its network, watching and key. */
export function fleetItems(prices: RegionPrices, choice: FleetChoice, size: number): Item[] {
  const { hoursPerMonth, rootVolumeGb, natGbPerInstance, logsGbPerInstance, customMetrics, alarms } = ASSUMPTIONS;
  const { cloudwatch, nat } = prices;
  const metrics = customMetrics + size * ASSUMPTIONS.detailedMonitoringMetrics;
  const hour = instanceHourPrice(choice.region, choice.instanceType);
  return [
    { name: 'Instances', quantity: `${size} ${choice.instanceType}`, usd: size * hour * hoursPerMonth },
    {
      name: 'Volumes',
      quantity: `${size * rootVolumeGb} GB gp3`,
      usd: size * rootVolumeGb * prices.ebsGp3GbMonth,
    },
    {
      name: 'NAT gateways',
      quantity: `${choice.natGateways}`,
      usd: choice.natGateways * hoursPerMonth * (nat.hour + prices.publicIpv4Hour) + size * natGbPerInstance * nat.gb,
    },
    {
      name: 'Metrics, alarms, dashboard',
      quantity: `${metrics} metrics, ${alarms} alarms`,
      usd: metrics * cloudwatch.metricMonth + alarms * cloudwatch.alarmMonth + cloudwatch.dashboardMonth,
    },
    {
      name: 'Logs',
      quantity: `${size * logsGbPerInstance} GB`,
      usd: size * logsGbPerInstance * (cloudwatch.logsGb + cloudwatch.logsStorageGbMonth),
    },
    { name: 'Encryption key', quantity: '1', usd: prices.kms.keyMonth },
  ];
}
