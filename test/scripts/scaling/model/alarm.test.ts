import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AlarmRule,
  type AlarmState,
  breaches,
  type Datapoint,
  evaluateAlarm,
  type MissingData,
} from '../../../../scripts/scaling/model/alarm.ts';

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const satisfies MissingData[];
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const satisfies AlarmState[];

/** Reads the documentation's notation: `0` within the threshold, `X` breaching, `-` missing. */
const points = (row: string): Datapoint[] => row.split(' ').map((sign) => ({ '0': 0, X: 100 })[sign]);

const rule = (datapointsToAlarm: number, treatMissingData: MissingData): AlarmRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm,
  threshold: 50,
  comparison: 'GreaterThanOrEqualToThreshold',
  treatMissingData,
});

type Expected = AlarmState | 'retain';

/** Asserts one row of a table: the state for each treatment, from each previous state. */
function assertRow(datapointsToAlarm: number, row: string, expected: readonly Expected[]) {
  for (const [column, treatment] of TREATMENTS.entries()) {
    for (const previous of STATES) {
      const state = evaluateAlarm(rule(datapointsToAlarm, treatment), points(row), previous);
      const wanted = expected[column] === 'retain' ? previous : expected[column];
      assert.equal(state, wanted, `${row} treated as ${treatment}, previously ${previous}`);
    }
  }
}

describe('evaluateAlarm', () => {
  describe('gives the states of the documentation, 3 out of 3', () => {
    const rows: [string, Expected[]][] = [
      ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
      ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
      ['- - - - -', ['INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK']],
      ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
      ['- - X - -', ['ALARM', 'retain', 'ALARM', 'OK']],
      ['X - - - -', ['ALARM', 'retain', 'ALARM', 'OK']],
      ['- - - - X', ['INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK']],
      ['- - - X -', ['INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK']],
    ];
    for (const [row, expected] of rows) it(row, () => assertRow(3, row, expected));
  });

  describe('gives the states of the documentation, 2 out of 3', () => {
    const rows: [string, Expected[]][] = [
      ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
      ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
      ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
      ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
      ['- - - X -', ['ALARM', 'retain', 'ALARM', 'OK']],
      ['- - - - X', ['INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK']],
    ];
    for (const [row, expected] of rows) it(row, () => assertRow(2, row, expected));
  });

  it('forgets data points older than the evaluation range', () => {
    assert.equal(evaluateAlarm(rule(3, 'missing'), points('X - - - - -'), 'ALARM'), 'INSUFFICIENT_DATA');
  });

  it('follows the documented figure: three breaches in a row alarm, a single one later does not', () => {
    const figure = points('0 0 X X X 0 0 0 X 0');
    const states = figure.map((_, index) => evaluateAlarm(rule(3, 'missing'), figure.slice(0, index + 1), 'OK'));
    assert.deepEqual(states.slice(2), ['OK', 'OK', 'ALARM', 'OK', 'OK', 'OK', 'OK', 'OK']);
  });

  const anyRule = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(...TREATMENTS))
    .map(([first, second, treatment]) => ({
      ...rule(Math.min(first, second), treatment),
      evaluationPeriods: Math.max(first, second),
    }));
  const anyPoints = fc.array(fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }), { maxLength: 12 });

  it('stays in ALARM when a real data point breaches more', () => {
    fc.assert(
      fc.property(anyRule, anyPoints, fc.constantFrom(...STATES), fc.nat(), (anyAlarm, data, previous, pick) => {
        fc.pre(evaluateAlarm(anyAlarm, data, previous) === 'ALARM');
        const at = pick % Math.max(1, data.length);
        const raised = data.map((value, index) => (index === at && value !== undefined ? 100 : value));
        assert.equal(evaluateAlarm(anyAlarm, raised, previous), 'ALARM');
      }),
    );
  });

  it('does not look at the treatment of missing data when enough real points are there', () => {
    fc.assert(
      fc.property(anyRule, fc.array(fc.nat(100), { minLength: 5, maxLength: 12 }), (anyAlarm, data) => {
        const states = TREATMENTS.map((treatMissingData) =>
          evaluateAlarm({ ...anyAlarm, treatMissingData }, data, 'OK'),
        );
        assert.equal(new Set(states).size, 1);
      }),
    );
  });
});

describe('breaches', () => {
  const at = (value: number, comparison: AlarmRule['comparison']) =>
    breaches(value, { ...rule(3, 'missing'), comparison });

  it('includes the threshold only where the comparison says so', () => {
    assert.equal(at(50, 'GreaterThanOrEqualToThreshold'), true);
    assert.equal(at(50, 'GreaterThanThreshold'), false);
    assert.equal(at(50, 'LessThanThreshold'), false);
    assert.equal(at(50, 'LessThanOrEqualToThreshold'), true);
  });

  it('looks below the threshold for scale-in alarms', () => {
    assert.equal(at(49, 'LessThanThreshold'), true);
    assert.equal(at(51, 'LessThanOrEqualToThreshold'), false);
  });
});
