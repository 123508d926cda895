import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulate, type Trace } from '../../../../scripts/scaling/model/simulation.ts';
import { clock, drawChart } from '../../../../scripts/scaling/simulate/chart.ts';
import { settings } from '../model/settings-example.ts';

/** Two instances of 100 requests/s: spare capacity for ten minutes, then more than they can take. */
const step: Trace = { name: 'step', durationS: 1200, at: (second) => (second < 600 ? 100 : 250) };

const { seconds } = simulate({
  settings,
  trace: step,
  requestsPerInstance: 100,
  metricDelayS: 0,
  initialSize: 2,
  times: { bootS: 60, drainS: 20, detectS: 20 },
});

describe('drawChart', () => {
  it('shows what is served, refused and spare over time', () => {
    const lines = drawChart(seconds, { width: 10, height: 5 }).split('\n');
    assert.deepEqual(lines, [
      '    500/s        ···',
      '                 ···',
      '               ▒▒███',
      '          ·····█████',
      '        0 ██████████',
      'instances ▄▄▄▄▄▄▄███ up to 5',
      '      CPU ▄▄▄▄▄██▄▄▄ of 100 %',
      '          0  0:20:00',
      '          █ served  ▒ refused  · spare',
    ]);
  });

  it('needs no more columns than seconds', () => {
    const [first = ''] = drawChart(seconds.slice(0, 3), { width: 80, height: 2 }).split('\n');
    assert.equal(first.length, 10 + 3);
  });
});

describe('clock', () => {
  it('writes hours, minutes and seconds', () => {
    assert.equal(clock(0), '0:00:00');
    assert.equal(clock(3723), '1:02:03');
    assert.equal(clock(86_400), '24:00:00');
  });
});
