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
    assert.match(page, /apiGateway<\/code><\/td><td>[^<]*from memory/, 'notes on prices that are not verified');
    assert.match(page, /month 1<\/th>.*month 12<\/th>/s);
    assert.match(page, /with each commit window.*no window.*50 ms/s);
    assert.doesNotMatch(page, /NaN|undefined/);
  });

  it('compares the strategies against the loss of a region, if it is given two', () => {
    const bill = (title: string, price: number) => ({
      title,
      items: [{ name: 'Everything', quantity: '1', usd: price }],
    });
    const titles = ['Backup and restore', 'Pilot light', 'Warm standby', 'Active-active'];
    const first = titles.map((title, index) => bill(title, 100 * (index + 1)));
    const later = titles.map((title, index) => bill(title, 2_000 * (index + 1)));
    const strategies = { regions: ['eu-west-1', 'eu-central-1'], rate: 1_000, months: 12, first, later };
    const page = costPage({ ...options, windows: [options.measured], strategies });
    assert.match(page, /List prices of eu-west-1 and eu-central-1\./);
    for (const [index, title] of titles.entries()) {
      const [month, laterMonth] = [100 * (index + 1), (2_000 * (index + 1)).toLocaleString('en')];
      const row = `<td>${title}</td><td class="number">$${month}</td><td class="number">$${laterMonth}</td>`;
      assert.ok(page.includes(row), title);
    }
    assert.match(page, /<td>2<\/td><td>99\.9999955 %, 1\.4 seconds a year<\/td>/);
    assert.doesNotMatch(costPage({ ...options, windows: [options.measured] }), /loss of a region/);
  });

  it('has no chart of commit windows where only one was measured', () => {
    assert.doesNotMatch(costPage({ ...options, windows: [options.measured] }), /with each commit window/);
  });
});
