/**
 * The tagged template that creates every page. Written by hand, because `html-template-tag` returns plain strings,
 * which look like unescaped text, and `escape-html-template-tag` brings a dependency larger than itself.
 */

/** Text that is already HTML. Only {@link html} creates it, so everything else on a page is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template: text is escaped, lists are joined, `undefined` and `false` are omitted. */
export type Fragment = Html | string | number | false | undefined | readonly Fragment[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML from a template. Values are allowed in element content and in quoted attribute values. */
export function html(strings: TemplateStringsArray, ...fragments: Fragment[]): Html {
  return new Html(String.raw({ raw: strings }, ...fragments.map(textOf)));
}

function textOf(fragment: Fragment): string {
  if (fragment === undefined || fragment === false) return '';
  if (fragment instanceof Html) return fragment.text;
  if (Array.isArray(fragment)) return fragment.map(textOf).join('');
  return String(fragment).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
