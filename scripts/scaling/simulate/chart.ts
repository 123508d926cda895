import type { Second } from '../model/simulation.ts';

/** Signs of the chart: what was served, what was refused, and capacity that nobody asked for. */
const SERVED = '█';
const REFUSED = '▒';
const SPARE = '·';

const BARS = [...' ▁▂▃▄▅▆▇█'];

/** The highest rate of a simulation: charts of the same height of it can be compared. */
export function highestRate(seconds: readonly Second[]): number {
  return seconds.reduce((most, { demand, capacity }) => Math.max(most, demand, capacity), 1);
}

/** Draws capacity against demand over time, and below it the instances in service and their CPU. */
export function drawChart(
  seconds: readonly Second[],
  { width = 100, height = 12, top = highestRate(seconds) } = {},
): string {
  const columns = columnsOf(seconds, width);
  const rows = Array.from({ length: height }, (_, row) => {
    const level = ((height - row - 0.5) / height) * top;
    const label = row === 0 ? `${Math.round(top)}/s` : row === height - 1 ? '0' : '';
    return [label, columns.map((column) => cell(column, level)).join('')];
  });
  const mostInstances = Math.max(1, ...columns.map(({ inService }) => inService));
  return [
    ...rows,
    ['instances', `${spark(columns.map(({ inService }) => inService / mostInstances))} up to ${mostInstances}`],
    ['CPU', `${spark(columns.map(({ cpuPercent }) => cpuPercent / 100))} of 100 %`],
    ['', `0${clock(seconds.length).padStart(columns.length - 1)}`],
    ['', `${SERVED} served  ${REFUSED} refused  ${SPARE} spare`],
  ]
    .map(([label = '', line]) => `${label.padStart(9)} ${line}`)
    .join('\n');
}

/** Of each stretch of time the worst is shown: the highest demand, the lowest capacity. */
function columnsOf(seconds: readonly Second[], width: number) {
  const count = Math.min(width, seconds.length);
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * seconds.length) / count);
    const stretch = seconds.slice(from, Math.floor(((column + 1) * seconds.length) / count));
    return {
      demand: Math.max(...stretch.map(({ demand }) => demand)),
      capacity: Math.min(...stretch.map(({ capacity }) => capacity)),
      inService: Math.min(...stretch.map(({ inService }) => inService)),
      cpuPercent: Math.max(...stretch.map(({ cpuPercent }) => cpuPercent)),
    };
  });
}

function cell({ demand, capacity }: Pick<Second, 'demand' | 'capacity'>, level: number): string {
  if (level <= Math.min(demand, capacity)) return SERVED;
  if (level <= demand) return REFUSED;
  return level <= capacity ? SPARE : ' ';
}

/** Fractions between 0 and 1 as a line of bars. */
function spark(fractions: readonly number[]): string {
  return fractions.map((fraction) => BARS[Math.ceil(fraction * (BARS.length - 1))] ?? '').join('');
}

/** Seconds as hours, minutes and seconds: `1:02:03`. */
export function clock(totalS: number): string {
  const parts = [Math.floor(totalS / 3600), Math.floor(totalS / 60) % 60, Math.floor(totalS) % 60];
  return parts.map((part, index) => String(part).padStart(index === 0 ? 1 : 2, '0')).join(':');
}
