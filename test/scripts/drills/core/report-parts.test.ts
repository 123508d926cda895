import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { html, scriptJson } from '../../../../scripts/cli/html.ts';
import { type Curve, drawPanel } from '../../../../scripts/cli/svg-chart.ts';
import {
  type Point,
  thin,
  ticksTo,
  timeLabel,
  timeTicks,
  valueLabel,
} from '../../../../scripts/drills/core/report/scale.ts';

describe('html', () => {
  it('escapes values, keeps markup, joins lists, and leaves nothing out of undefined', () => {
    const name = `<b>"Tom" & 'Ann'</b>`;
    const items = ['a', '<'].map((item) => html`<li>${item}</li>`);
    const expected =
      '<ul title="&#60;b&#62;&#34;Tom&#34; &#38; &#39;Ann&#39;&#60;/b&#62;"><li>a</li><li>&#60;</li></ul>3';
    assert.equal(html`<ul title="${name}">${items}</ul>${undefined}${3}`.markup, expected);
  });

  it('writes JSON that cannot end its script element', () => {
    const text = scriptJson({ a: '</script><b>' }).markup;
    assert.doesNotMatch(text, /</);
    assert.deepEqual(JSON.parse(text), { a: '</script><b>' });
  });
});

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

  it('keep the spikes of a curve that they thin out', () => {
    const points = Array.from({ length: 1000 }, (_, second): Point => [second, second === 501 ? 99 : 1]);
    const thinned = thin(points, 100);
    assert.equal(thinned.length, 100);
    assert.ok(thinned.some(([second, value]) => second === 501 && value === 99));
    assert.deepEqual(thin(points.slice(0, 50), 100), points.slice(0, 50));
  });
});

describe('drawPanel', () => {
  const markupOf = (...given: Parameters<typeof drawPanel>) => drawPanel(...given)?.markup ?? '';
  const calm = { durationS: 10, faults: [], alarms: [] };
  const curve = (points: Point[], shape: Curve['shape'] = 'line'): Curve => ({
    label: 'all',
    look: 'requests',
    shape,
    points,
  });
  const pathsOf = (curves: Curve[]) =>
    [...markupOf({ title: 'T', curves }, calm).matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);

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
    assert.equal(drawPanel({ title: 'T', curves: [curve([[0, undefined]]), curve([])] }, calm), undefined);
  });

  it('marks faults and alarms, with their names', () => {
    const backdrop = {
      durationS: 10,
      faults: [{ fromS: 2, toS: 4, text: 'i-1 <gone>' }],
      alarms: [{ fromS: 3, toS: 3, name: 'High' }],
    };
    const text = markupOf({ title: 'T', curves: [curve([[0, 1]])] }, backdrop);
    assert.match(
      text,
      /<rect class="fault" x="230.8" y="12" width="174.8" height="134"><title>i-1 &#60;gone&#62;<\/title>/,
    );
    assert.match(text, /<rect class="alarm" x="318.2" y="146" width="2" height="4"><title>High in ALARM<\/title>/);
  });

  it('tells its content to those who cannot see it', () => {
    assert.match(
      markupOf({ title: 'Requests', curves: [curve([[0, 1500]])] }, calm),
      /aria-label="Requests: all up to 1.5k"/,
    );
  });
});
