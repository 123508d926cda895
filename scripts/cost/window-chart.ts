import { decadeAxis } from '../cli/chart-axes.ts';
import { chartFigure } from '../cli/svg-chart.ts';
import { pricePerMillion } from './goals.ts';
import type { Measured } from './measured.ts';
import type { PricedStage } from './stage.ts';

/** What a million timestamps cost with each commit window, over the rate. */
export function windowChart(windows: readonly Measured[], rates: readonly number[], stage: PricedStage) {
  const curves = windows.map((measured, index) => ({
    label: measured.commitWindow === 0 ? 'no window' : `${measured.commitWindow} ms`,
    look: `way-${index}`,
    shape: 'line' as const,
    points: rates.map((rate) => [rate, pricePerMillion({ rate, measured, stage })] as const),
  }));
  return chartFigure({
    title: 'Dollars per million timestamps with each commit window, over the rate',
    x: decadeAxis(rates, (rate) => `${rate.toLocaleString('en')}/s`),
    y: decadeAxis(
      curves.flatMap(({ points }) => points.map(([, usd]) => usd)),
      (value) => `$${value}`,
    ),
    curves,
    height: 420,
  });
}
