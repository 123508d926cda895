import { type Html, html } from './html.ts';

/** Returns the URL of an asset in `assets/`. */
export type AssetUrl = (name: string) => string;

const SECTIONS = [
  { path: '/', name: 'Live' },
  { path: '/app', name: 'Timestamps' },
  { path: '/users', name: 'Users' },
  { path: '/docs', name: 'API' },
] as const;

export interface PageOptions {
  readonly title: string;
  /** The current section in the navigation. */
  readonly section?: (typeof SECTIONS)[number]['path'];
  readonly main: Html;
  /** The page's own style sheet, a name in `assets/`. */
  readonly style: string;
  /** The JavaScript module that the page loads, a name in `assets/`. */
  readonly script?: string;
}

/** Wraps content in a page. Nothing is inline, as the content security policy demands. */
export function layout(assetUrl: AssetUrl, { title, section, main, style, script }: PageOptions): string {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Stampede</title>
    <link rel="icon" href="${assetUrl('favicon.svg')}" type="image/svg+xml">
    <link rel="stylesheet" href="${assetUrl('style.css')}">
    <link rel="stylesheet" href="${assetUrl(style)}">
    ${script && html`<script type="module" src="${assetUrl(script)}"></script>`}
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
      <a class="brand touch plain" href="/"><img src="${assetUrl('favicon.svg')}" alt="" width="28" height="28">Stampede</a>
      ${navigation(section)}
    </header>
    <main id="main" tabindex="-1">
${main}
    </main>
    <footer class="note">
      <p>All times are UTC, to the microsecond.</p>
      <p><a class="touch" href="/openapi.json">OpenAPI document</a></p>
    </footer>
  </body>
</html>
`.text;
}

function navigation(current: string | undefined): Html {
  return html`<nav class="sections" aria-label="Sections">
      ${SECTIONS.map(
        ({
          path,
          name,
        }) => html`<a class="touch plain" href="${path}"${current === path && html` aria-current="page"`}>${name}</a>
      `,
      )}
    </nav>`;
}
