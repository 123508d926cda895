import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html, scriptJson } from '../../../scripts/cli/html.ts';

describe('html', () => {
  it('escapes values, keeps markup, joins lists, and turns undefined into nothing', () => {
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
