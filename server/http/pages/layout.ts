import { type Html, html } from './html.ts';

/** The URL under which an asset of `assets/` is served. */
export type AssetUrl = (name: string) => string;

const SECTIONS = [
  { path: '/', name: 'Live' },
  { path: '/app', name: 'Timestamps' },
  { path: '/docs', name: 'API' },
] as const;

export interface PageContent {
  readonly title: string;
  /** The section that the navigation shows as the current one. */
  readonly section?: (typeof SECTIONS)[number]['path'];
  readonly main: Html;
  /** The page's own style sheet, a name in `assets/`. */
  readonly style: string;
  /** The JavaScript module that the page loads, a name in `assets/`. */
  readonly script?: string;
}

const navigation = (current: string | undefined): Html =>
  html`<nav class="sections" aria-label="Sections">
      ${SECTIONS.map(
        ({ path, name }) => html`<a href="${path}"${current === path && html` aria-current="page"`}>${name}</a>
      `,
      )}
    </nav>`;

/** A whole page around its content. Nothing is inline: the content security policy admits only our own files. */
export const layout = (asset: AssetUrl, { title, section, main, style, script }: PageContent): string =>
  html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Stampede</title>
    <link rel="icon" href="${asset('favicon.svg')}" type="image/svg+xml">
    <link rel="stylesheet" href="${asset('style.css')}">
    <link rel="stylesheet" href="${asset(style)}">
    ${script && html`<script type="module" src="${asset(script)}"></script>`}
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
      <a class="brand" href="/"><img src="${asset('favicon.svg')}" alt="" width="28" height="28">Stampede</a>
      ${navigation(section)}
    </header>
    <main id="main" tabindex="-1">
${main}
    </main>
    <footer>
      <p>Every time is UTC, to the microsecond.</p>
      <p class="links"><a href="/openapi.json">OpenAPI document</a></p>
    </footer>
  </body>
</html>
`.text;
