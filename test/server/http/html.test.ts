import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { html } from '../../../server/http/pages/html.ts';

const plainText = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('html', () => {
  it('escapes values, so that no text becomes markup or ends its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ';') }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        const [, attribute = '', content = ''] = /^<p title="([^"<>']*)">([^<>"']*)<\/p>$/.exec(made) ?? [];
        assert.equal(plainText(attribute), text);
        assert.equal(plainText(content), text);
      }),
    );
  });

  it('inserts its own output unchanged, joins lists and omits absent values', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    assert.equal(html`<ul>${items}${undefined}${false}${0}</ul>`.text, '<ul><li>a</li><li>&lt;b&gt;</li>0</ul>');
  });

  it('preserves backslashes and dollar signs in values', () => {
    assert.equal(html`${'\\n $& $1'}`.text, '\\n $&amp; $1');
  });
});
