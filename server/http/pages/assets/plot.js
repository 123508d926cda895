/** The points of a line through the rates, from left to right, for the attribute of an SVG polyline. */
export function plotPoints(rates, { width, height }) {
  const highest = Math.max(...rates, 1);
  const round = (value) => Math.round(value * 10) / 10;
  return rates
    .map((rate, index) => `${round((index / (rates.length - 1)) * width)},${round(height - (rate / highest) * height)}`)
    .join(' ');
}

/** `12.5 /s`. */
export function rateText(rate) {
  return `${rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)} /s`;
}

/** `± 0.362 ms`. */
export function clockText(errorMicros) {
  return errorMicros === null ? 'unknown' : `± ${(errorMicros / 1_000).toFixed(3)} ms`;
}

/** What is not in the table yet, by the age of the oldest of it. */
export function spillText(oldestSeconds) {
  if (oldestSeconds === null) return 'unknown';
  return oldestSeconds === 0 ? 'nothing' : `oldest ${oldestSeconds} s ago`;
}
