/** One axis of a chart. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly isLogarithmic?: boolean;
}

/** From 0 to a round number of at least `most`. */
export function valueAxis(most: number): Axis {
  const ticks = ticksTo(most);
  return { from: 0, to: ticks.at(-1) ?? 1, ticks: ticks.map((at) => ({ at, label: valueLabel(at) })) };
}

/** The time of a run. */
export function timeAxis(durationS: number): Axis {
  const ticks = timeTicks(durationS).map((at) => ({ at, label: timeLabel(at) }));
  return { from: 0, to: Math.max(1, durationS), ticks };
}

/** Logarithmic, over the powers of ten that enclose all values. */
export function decadeAxis(values: readonly number[], label: (value: number) => string): Axis {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  const powers = Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`));
  const ticks = powers.map((at) => ({ at, label: label(at) }));
  return { from: 10 ** first, to: 10 ** last, ticks, isLogarithmic: true };
}

/** Where a value lies between the pixels at both ends of its axis. */
export function positionOn({ from, to, isLogarithmic = false }: Axis, startPx: number, endPx: number) {
  const scaled = isLogarithmic ? Math.log10 : (value: number) => value;
  const [low, high] = [scaled(from), scaled(to)];
  return (value: number) => startPx + ((endPx - startPx) * (scaled(value) - low)) / (high - low);
}

/** Round numbers from 0 to at least `most`, in about four steps. */
export function ticksTo(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= rough * 0.999) ?? 10);
  const count = Math.ceil(most / step - 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Round times for an axis, in at most eight common steps of seconds, minutes or hours. */
export function timeTicks(durationS: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
  const step = steps.find((candidate) => durationS / candidate <= 8) ?? 604_800;
  return Array.from({ length: Math.floor(durationS / step) + 1 }, (_, index) => index * step);
}

/** Seconds as text: `45 s`, `2:05`, `1:02:03`. */
export function timeLabel(totalS: number): string {
  if (totalS < 60) return `${totalS} s`;
  const [hours, minutes, seconds] = [Math.floor(totalS / 3600), Math.floor(totalS / 60) % 60, totalS % 60];
  const rest = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(seconds).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Numbers as text: `1.5k`, `250`, `0.2`. */
export function valueLabel(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(2))}M`;
  if (value >= 1_000) return `${Number((value / 1_000).toFixed(2))}k`;
  return String(Number(value.toFixed(2)));
}
