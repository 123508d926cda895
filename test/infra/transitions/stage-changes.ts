import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { synthesize } from '../synthesize.ts';
import { everyDeployment, isPossible } from './deployments.ts';
import { CHANGEABLE, combinedFlips, type Flip, flipsOf } from './flips.ts';
import { problemsOf } from './laws.ts';
import { retainedNames } from './stateful-law.ts';

/** Settings with which CloudFormation refuses the update, and the reason why it may. */
const REFUSED: Readonly<Record<string, string>> = {
  vpcCidr:
    'another network needs another VPC: npm run destroy -- --unprotect --keep-data, then deploy; the data stack stays',
  warmWriteUnits: 'DynamoDB does not lower warm throughput, so the value of the table stays in the settings',
};

/** What a setting is meant to take away: a temporary stage has no backups. Those of the former stage are retained. */
const INTENDED: Readonly<Record<string, RegExp>> = { retainData: /: BackupsVault\w+ \(\S+\) is deleted$/ };

function problems(stage: string, { setting, from, to }: Flip): readonly string[] {
  const [before, after] = [synthesize(stage, from), synthesize(stage, to)];
  const found = [...problemsOf(stage, before, after), ...problemsOf(stage, after, before)];
  return found.filter((problem) => !INTENDED[setting]?.test(problem));
}

/** What a change of one setting must not do to a deployed stage. */
export function changesOf(stage: string): void {
  describe(`on a deployed stage ${stage}, in both directions`, () => {
    for (const setting of CHANGEABLE) {
      const found = () =>
        flipsOf(setting, stage)
          .filter((flip) => isPossible(stage, flip))
          .flatMap((flip) => problems(stage, flip));
      const reason = REFUSED[setting];

      if (reason) it(`refuses to change ${setting}: ${reason}`, () => assert.notDeepEqual(found(), []));
      else it(`changes ${setting}`, () => assert.deepEqual(found(), []));
    }
  });

  describe(`a deleted stage ${stage}`, () => {
    it('can be created again, because nothing is retained under a fixed name', () => {
      const found = [...everyDeployment([stage])].flatMap(({ stacks }) => Object.values(stacks).flatMap(retainedNames));
      assert.deepEqual([...new Set(found)], []);
    });
  });
}

/** What a change of several settings at once must not do to a deployed stage. */
export function combinedChangesOf(stage: string): void {
  describe(`on a deployed stage ${stage}, in both directions, several settings`, () => {
    for (const flip of combinedFlips(stage)) {
      it(`change between ${flip.setting}`, () => {
        assert.ok(isPossible(stage, flip));
        assert.deepEqual(problems(stage, flip), []);
      });
    }
  });
}
