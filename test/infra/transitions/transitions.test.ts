import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../../../infra/settings/read.ts';
import { type Overrides, type Synthesized, synthesize } from '../synthesize.ts';
import { CHANGEABLE, combinedFlips, type Flip, flipsOf } from './flips.ts';
import { problemsOf } from './laws.ts';
import { retainedNames } from './stateful-law.ts';

/** Settings with which CloudFormation refuses the update, and the reason why it may. */
const REFUSED: Readonly<Record<string, string>> = {
  vpcCidr: 'another network needs another VPC: delete the service and the network stack first, the data stack stays',
};

const synthesized = new Map<string, Synthesized>();

/** Synthesises each deployment once. */
function deployment(stage: string, overrides: Overrides): Synthesized {
  const key = JSON.stringify([stage, overrides]);
  const stacks = synthesized.get(key) ?? synthesize(stage, overrides);
  synthesized.set(key, stacks);
  return stacks;
}

function isPossible(stage: string, overrides: Overrides): boolean {
  try {
    readSettings(stage, (name) => overrides[name]);
    return true;
  } catch {
    return false;
  }
}

function problems(stage: string, { from, to }: Flip): readonly string[] {
  const [before, after] = [deployment(stage, from), deployment(stage, to)];
  return [...problemsOf(stage, before, after), ...problemsOf(stage, after, before)];
}

for (const stage of ['dev', 'prod']) {
  const possible = ({ from, to }: Flip) => isPossible(stage, from) && isPossible(stage, to);

  describe(`on a living stage ${stage}, both ways`, () => {
    for (const setting of CHANGEABLE) {
      const found = () =>
        flipsOf(setting, stage)
          .filter(possible)
          .flatMap((flip) => problems(stage, flip));
      const reason = REFUSED[setting];

      if (reason) it(`refuses to change ${setting}: ${reason}`, () => assert.notDeepEqual(found(), []));
      else it(`changes ${setting}`, () => assert.deepEqual(found(), []));
    }

    for (const flip of combinedFlips(stage)) {
      it(`changes between ${flip.setting}`, () => {
        assert.ok(possible(flip));
        assert.deepEqual(problems(stage, flip), []);
      });
    }
  });
}

describe('a deleted stage', () => {
  it('can be created again, because nothing is retained under a fixed name', () => {
    const found = [...synthesized.values()].flatMap(({ all }) => all.flatMap(retainedNames));
    assert.deepEqual([...new Set(found)], []);
  });
});

describe('the list of changes', () => {
  it('has a change for each setting', () => {
    const stages = ['dev', 'prod'];
    const unchanged = CHANGEABLE.filter((setting) =>
      stages.every((stage) => !flipsOf(setting, stage).some(({ to }) => isPossible(stage, to))),
    );
    assert.deepEqual(unchanged, [], 'Add a change to FLIPS in flips.ts');
  });
});
