import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments } from '../../../scripts/cli/arguments.ts';
import { UsageError } from '../../../scripts/cli/errors.ts';
import { commandText } from '../../../scripts/cli/run.ts';
import { CDK_OPTIONS, cdkLine, synthLine } from '../../../scripts/stage/cdk.ts';

const prod = { stage: 'prod', set: ['nat=single'], ami: 'ami-0123456789abcdef0' };

describe('the cdk command lines', () => {
  it('synthesise with the image and the settings of this deployment', () => {
    assert.equal(
      commandText(synthLine(prod)),
      'node_modules/.bin/cdk synth --quiet --output cdk.out -c stage=prod -c amiId=ami-0123456789abcdef0 -c nat=single',
    );
  });

  it('compare and deploy what was synthesised', () => {
    assert.equal(commandText(cdkLine('diff')), 'node_modules/.bin/cdk diff --app cdk.out');
  });
});

const settingsOf = (...entries: string[]) => {
  const command = { name: 'plan', summary: '', options: CDK_OPTIONS };
  return parseArguments(
    command,
    entries.flatMap((entry) => ['--set', entry]),
  ).values.set;
};

describe('--set', () => {
  it('takes name=value, the value with anything in it', () => {
    const settings = ['nat=per-az', 'schedule=Morning=0 6 ? * MON-FRI *=6'];
    assert.deepEqual(settingsOf(...settings), settings);
  });

  it('refuses anything else', () => {
    assert.throws(() => settingsOf('nat'), UsageError);
    assert.throws(() => settingsOf('nat=single', '=x'), /--set is '=x': expected name=value/);
  });
});
