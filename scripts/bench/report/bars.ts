import { number } from './numbers.ts';

/** One bar: its label, its length, and how far the rounds spread. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Drawn in the accent colour. */
  readonly ours: boolean;
}

const WIDTH = 760;
const LABEL = 290;
const ROW = 26;
const PLOT = WIDTH - LABEL - 90;

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Horizontal bars as SVG, with a whisker from the smallest to the largest round. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const top = Math.max(...bars.map(({ max }) => max));
  const x = (value: number): number => Math.round(LABEL + (value / top) * PLOT);
  const rows = bars.map(({ label, value, min, max, ours }, index) => {
    const y = index * ROW;
    return [
      `<text x="${LABEL - 8}" y="${y + 17}" text-anchor="end">${escapeXml(label)}</text>`,
      `<rect x="${LABEL}" y="${y + 5}" width="${x(value) - LABEL}" height="16" class="${ours ? 'ours' : 'other'}"/>`,
      `<line x1="${x(min)}" x2="${x(max)}" y1="${y + 13}" y2="${y + 13}" class="spread"/>`,
      `<text x="${x(max) + 6}" y="${y + 17}">${number(value)} ${escapeXml(unit)}</text>`,
    ].join('');
  });
  const height = bars.length * ROW + 4;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">${rows.join('\n')}</svg>`;
}
