/** A point of a curve: seconds, and a value unless there is none. */
export type Point = readonly [second: number, value: number | undefined];

/** Round numbers from 0 to at least `most`, `count` steps or a little more or less. */
export function ticksTo(most: number, count = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough * 0.999) ?? rough;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
}

/** Round times for an axis: a step of seconds or minutes that people count in. */
export function timeTicks(durationS: number, count = 8): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
  const step = steps.find((candidate) => durationS / candidate <= count) ?? 604_800;
  return Array.from({ length: Math.floor(durationS / step) + 1 }, (_, index) => index * step);
}

/** Thins a long curve out, keeping the highest point of each stretch: a spike must not disappear. */
export function thin(points: readonly Point[], limit = 600): Point[] {
  const size = Math.ceil(points.length / limit);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const stretch = points.slice(index * size, (index + 1) * size);
    return stretch.reduce((highest, point) => ((point[1] ?? -Infinity) > (highest[1] ?? -Infinity) ? point : highest));
  });
}

/** Seconds as people read them on an axis: `45 s`, `2:05`, `1:02:03`. */
export function timeLabel(totalS: number): string {
  if (totalS < 60) return `${totalS} s`;
  const [hours, minutes, seconds] = [Math.floor(totalS / 3600), Math.floor(totalS / 60) % 60, totalS % 60];
  const rest = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(seconds).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Numbers as people read them on an axis: `1.5k`, `250`, `0.2`. */
export function valueLabel(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(2))}M`;
  if (value >= 1_000) return `${Number((value / 1_000).toFixed(2))}k`;
  return String(Number(value.toFixed(2)));
}
