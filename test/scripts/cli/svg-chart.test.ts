import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decadeAxis,
  positionOn,
  ticksTo,
  timeAxis,
  timeLabel,
  timeTicks,
  valueLabel,
} from '../../../scripts/cli/chart-axes.ts';
import { type Chart, type Curve, chartFigure, type Point, thin } from '../../../scripts/cli/svg-chart.ts';

describe('scales', () => {
  it('end at a round number above the highest value', () => {
    assert.deepEqual(ticksTo(100), [0, 50, 100]);
    assert.deepEqual(ticksTo(7), [0, 2, 4, 6, 8]);
    assert.deepEqual(ticksTo(0.3), [0, 0.1, 0.2, 0.3]);
    assert.deepEqual(ticksTo(0), [0, 1]);
  });

  it('cover any value with few ticks', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (most) => {
        const ticks = ticksTo(most);
        assert.ok((ticks.at(-1) ?? 0) >= most * 0.999 && ticks.length >= 2 && ticks.length <= 7, `${most}: ${ticks}`);
      }),
    );
  });

  it('count time in steps that people use', () => {
    assert.deepEqual(timeTicks(60), [0, 10, 20, 30, 40, 50, 60]);
    assert.deepEqual(timeTicks(3600).slice(0, 3), [0, 600, 1200]);
    assert.deepEqual([0, 59, 125, 3723].map(timeLabel), ['0 s', '59 s', '2:05', '1:02:03']);
  });

  it('write short numbers', () => {
    assert.deepEqual([0, 0.25, 950, 1500, 2_500_000].map(valueLabel), ['0', '0.25', '950', '1.5k', '2.5M']);
  });

  it('place values linearly, or by their logarithm over whole decades', () => {
    assert.deepEqual([0, 5, 10].map(positionOn(timeAxis(10), 0, 100)), [0, 50, 100]);
    const decades = decadeAxis([0.05, 2], (value) => `$${value}`);
    assert.deepEqual(
      decades.ticks.map(({ label }) => label),
      ['$0.01', '$0.1', '$1', '$10'],
    );
    assert.deepEqual([0.01, 0.1, 10].map(positionOn(decades, 300, 0)).map(Math.round), [300, 200, 0]);
  });

  it('keep the spikes of a curve that they thin out', () => {
    const points = Array.from({ length: 1000 }, (_, second): Point => [second, second === 501 ? 99 : 1]);
    const thinned = thin(points, 100);
    assert.equal(thinned.length, 100);
    assert.ok(thinned.some(([second, value]) => second === 501 && value === 99));
    assert.deepEqual(thin(points.slice(0, 50), 100), points.slice(0, 50));
  });
});

describe('chartFigure', () => {
  const x = timeAxis(10);
  const markupOf = (chart: Omit<Chart, 'x'>) => chartFigure({ x, ...chart })?.markup ?? '';
  const curve = (points: Point[], shape: Curve['shape'] = 'line'): Curve => ({
    label: 'all',
    look: 'requests',
    shape,
    points,
  });
  const pathsOf = (curves: Curve[]) =>
    [...markupOf({ title: 'T', curves }).matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);

  it('draws lines from the left edge to the right one, over a value axis from zero', () => {
    assert.deepEqual(
      pathsOf([
        curve([
          [0, 0],
          [5, 10],
          [10, 5],
        ]),
      ]),
      ['M56 146L493 12L930 79'],
    );
  });

  it('breaks a line where there is no value', () => {
    assert.deepEqual(
      pathsOf([
        curve([
          [0, 10],
          [1, undefined],
          [5, 10],
          [10, 10],
        ]),
      ]),
      ['M56 12M493 12L930 12'],
    );
  });

  it('fills areas, and keeps the value of steps until the next one', () => {
    const falling: Point[] = [
      [0, 10],
      [5, 5],
      [10, 5],
    ];
    assert.deepEqual(
      pathsOf([
        curve(
          [
            [0, 10],
            [10, 10],
          ],
          'area',
        ),
      ]),
      ['M56 12L930 12V146H56Z'],
    );
    assert.deepEqual(pathsOf([curve(falling, 'step')]), ['M56 12H493V79H930V79']);
    assert.deepEqual(pathsOf([curve(falling, 'step-area')]), ['M56 12H493V79H930V79V146H56Z']);
  });

  it('draws nothing without values', () => {
    assert.equal(chartFigure({ x, title: 'T', curves: [curve([[0, undefined]]), curve([])] }), undefined);
  });

  it('marks spans behind the curves and on the axis, with their labels', () => {
    const marks = [
      { from: 2, to: 4, label: 'i-1 <gone>', look: 'fault' },
      { from: 3, to: 3, label: 'High in ALARM', look: 'alarm', isOnAxis: true },
    ];
    const text = markupOf({ title: 'T', curves: [curve([[0, 1]])], marks });
    assert.match(
      text,
      /<rect class="fault" x="230.8" y="12" width="174.8" height="134"><title>i-1 &#60;gone&#62;<\/title>/,
    );
    assert.match(text, /<rect class="alarm" x="318.2" y="146" width="2" height="4"><title>High in ALARM<\/title>/);
  });

  it('describes its content to those who cannot see it', () => {
    assert.match(
      markupOf({ title: 'Requests', curves: [curve([[0, 1500]])] }),
      /aria-label="Requests: all up to 1.5k"/,
    );
  });
});
