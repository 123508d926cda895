/**
 * The report in Prometheus text format 0.0.4, with base units (seconds, bytes, ratios) and cumulative counts.
 * Written by hand, because a client library would add a second registry of metrics besides `METRICS`.
 */
import { METRICS } from '../contract.ts';
import type { Histogram } from './histogram.ts';
import { BOUNDS, type HistogramName, type InstanceReport, valuesOf } from './metrics.ts';

/** The `Content-Type` of {@link prometheusText}. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** For each unit, its suffix in Prometheus and the divisor that converts it to the base unit. */
const BASE_UNITS = {
  Count: { suffix: '', scale: 1 },
  Seconds: { suffix: '_seconds', scale: 1 },
  Milliseconds: { suffix: '_seconds', scale: 1_000 },
  Percent: { suffix: '_ratio', scale: 100 },
  Bytes: { suffix: '_bytes', scale: 1 },
};

/** Formats the instance's metrics since its start. */
export function prometheusText(report: InstanceReport): string {
  return valuesOf(report)
    .map(([key, value]) => {
      const { name, unit, kind, help } = METRICS[key];
      const { suffix, scale } = BASE_UNITS[unit];
      const snakeCase = name.replace(/\B[A-Z]/g, '_$&').toLowerCase();
      const family = `stampede_${snakeCase}${kind === 'counter' ? '_total' : suffix}`;
      const samples =
        typeof value === 'number'
          ? [`${family} ${value / scale}`]
          : histogramSamples(family, key as HistogramName, value, scale);
      return `# HELP ${family} ${help}\n# TYPE ${family} ${kind}\n${samples.join('\n')}\n`;
    })
    .join('');
}

function histogramSamples(family: string, name: HistogramName, { counts, sum }: Histogram, scale: number): string[] {
  const bounds = BOUNDS[name];
  let cumulative = 0;
  const buckets = bounds.map((bound, index) => {
    cumulative += counts[index] ?? 0;
    // The last bucket also counts values above its bound.
    const le = index === bounds.length - 1 ? '+Inf' : Number((bound / scale).toPrecision(6));
    return `${family}_bucket{le="${le}"} ${cumulative}`;
  });
  return [...buckets, `${family}_sum ${Number((sum / scale).toPrecision(15))}`, `${family}_count ${cumulative}`];
}
