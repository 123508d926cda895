import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measuredOf, measuredWindows } from '../../../scripts/cost/measured.ts';
import { costPage } from '../../../scripts/cost/page.ts';
import { readPricedStage } from '../../../scripts/cost/stage.ts';
import { parseTemplate } from '../../../scripts/scaling/template/template.ts';
import { CERTIFICATE, synthesize } from '../../infra/synthesize.ts';
import { RESULTS } from '../bench/results-example.ts';

const { templates } = synthesize('prod', { certificateArn: CERTIFICATE });
const stage = readPricedStage(
  Object.entries(templates).map(([stack, template]) => parseTemplate(stack, JSON.stringify(template))),
  'eu-west-1',
);
const options = { measured: measuredOf(RESULTS), stage, cheapest: { ...stage, natGateways: 1 }, months: 12 };

describe('the page of the costs', () => {
  it('has goals, bills of the first and of a later month, and a curve for each measured commit window', () => {
    const page = costPage({ ...options, windows: measuredWindows(RESULTS) });
    assert.match(page, /goal 1\/15/);
    assert.match(page, /month 1<\/th>.*month 12<\/th>/s);
    assert.match(page, /with each commit window.*no window.*50 ms/s);
    assert.doesNotMatch(page, /NaN|undefined/);
  });

  it('has no chart of commit windows where only one was measured', () => {
    assert.doesNotMatch(costPage({ ...options, windows: [options.measured] }), /with each commit window/);
  });
});
