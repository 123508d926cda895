/** Text that is HTML already: only {@link html} makes it, so only what it has escaped gets onto a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text is escaped, lists are joined, `undefined` and `false` leave nothing. */
export type Fragment = Html | string | number | false | undefined | readonly Fragment[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const textOf = (fragment: Fragment): string => {
  if (fragment === undefined || fragment === false) return '';
  if (fragment instanceof Html) return fragment.text;
  if (Array.isArray(fragment)) return fragment.map(textOf).join('');
  return escapeText(String(fragment));
};

/** HTML from a template, for element content and for attribute values in quotes; what is put in is escaped. */
export const html = (strings: TemplateStringsArray, ...fragments: Fragment[]): Html =>
  new Html(String.raw({ raw: strings }, ...fragments.map(textOf)));
