/** Markup that needs no further escaping. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | Part[];

/** Builds markup; every value is escaped unless it is markup itself. Lists are joined, undefined becomes nothing. */
export function html(texts: TemplateStringsArray, ...values: Part[]): Html {
  return { markup: texts.map((text, index) => text + render(values[index])).join('') };
}

/** A self-contained page with its own style. */
export function htmlPage(title: string, style: string, main: Html): string {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${{ markup: style }}</style>
<main>
${main}
</main>
</html>
`.markup;
}

/** JSON for a `<script type="application/json">`: nothing in it can end the element. */
export function scriptJson(value: unknown): Html {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  if (typeof part === 'object') return part.markup;
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
