import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { builtInTrace, parseCsvTrace, TRACE_NAMES } from '../../../../scripts/scaling/simulate/traces.ts';

const between = { base: 100, peak: 500 };

describe('builtInTrace', () => {
  it('stays between base and peak, and reaches both', () => {
    for (const name of TRACE_NAMES) {
      const trace = builtInTrace(name, between);
      const rates = Array.from({ length: trace.durationS }, (_, second) => trace.at(second));
      assert.ok(Math.min(...rates) >= 100 && Math.min(...rates) < 105, `${name} is ${Math.min(...rates)} at least`);
      assert.ok(Math.max(...rates) <= 500 && Math.max(...rates) > 495, `${name} is ${Math.max(...rates)} at most`);
    }
  });

  it('lasts an hour, a day for the daily wave, or as long as asked', () => {
    assert.equal(builtInTrace('ramp', between).durationS, 3600);
    assert.equal(builtInTrace('daily', between).durationS, 86_400);
    assert.equal(builtInTrace('daily', { ...between, durationS: 600 }).durationS, 600);
  });

  it('jumps in a spike, for ten minutes of the hour', () => {
    const { at } = builtInTrace('spike', between);
    assert.deepEqual([899, 900, 1499, 1500].map(at), [100, 500, 500, 100]);
  });

  it('doubles every minute in a flash crowd, and halves every ten', () => {
    const { at } = builtInTrace('flash-crowd', { base: 0, peak: 640 });
    assert.deepEqual([599, 600, 660, 960, 1560].map(at).map(Math.round), [0, 10, 20, 640, 320]);
  });

  it('refuses a name that is none', () => {
    assert.throws(
      () => builtInTrace('wave', between),
      /--trace is 'wave': expected ramp, spike, daily, flash-crowd or a file/,
    );
  });
});

describe('parseCsvTrace', () => {
  const read = (text: string) => parseCsvTrace('load.csv', text);

  it('rises and falls linearly between two lines', () => {
    const trace = read('seconds,requestsPerSecond\n0,100\n10,200\n20,0\n');
    assert.equal(trace.durationS, 20);
    assert.deepEqual(
      [0, 5, 10, 15, 5].map((second) => trace.at(second)),
      [100, 150, 200, 100, 150],
    );
  });

  it('needs no header, begins at its first second, and takes Windows line ends', () => {
    const trace = read('1000,10\r\n1060,70\r\n');
    assert.equal(trace.durationS, 60);
    assert.equal(trace.at(30), 40);
  });

  it('names the line that is wrong', () => {
    assert.throws(() => read('0,1\n5;2'), /load.csv:2 is '5;2': expected seconds,requestsPerSecond/);
    assert.throws(() => read('0,1\n5,'), /load.csv:2 is '5,'/);
    assert.throws(() => read('0,1\n5,-3'), /load.csv:2/);
    assert.throws(() => read('0,1\n\n5,3\n5,4'), /load.csv:4 is at 5 s, after 5 s: expected growing seconds/);
    assert.throws(() => read('0,1'), /load.csv has 1 points: expected 2 at least/);
  });
});
