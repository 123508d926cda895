import type { Problem } from '../schemas.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** A problem (RFC 9457) for browsers, with the same facts that programs get. */
export function problemPage(assetUrl: AssetUrl, { title, status, detail, errors, type }: Problem): string {
  return layout(assetUrl, {
    title,
    style: 'problem.css',
    main: html`      <article class="problem">
        <p class="status" aria-hidden="true">${status}</p>
        <h1>${title}</h1>
        <p class="detail">${detail}</p>
        ${errors && fieldList(errors)}
        ${remedy(status)}
        <p><a class="touch" href="/">Live page</a> · <a class="touch" href="${type}">What this answer means</a></p>
      </article>`,
  });
}

function fieldList(errors: NonNullable<Problem['errors']>): Html {
  return html`<dl class="fields">
          ${errors.map(({ field, message }) => html`<div><dt><code>${field}</code></dt><dd>${message}</dd></div>`)}
        </dl>`;
}

/** What a person can do, where the status alone shows it. */
function remedy(status: number): Html | undefined {
  if (status === 401)
    return html`<p>In a browser, open <a href="/">the live page</a>: it asks for the read token and keeps it for the tab.</p>`;
  if (status === 429 || status === 503) return html`<p>Trying again in a moment is likely to work.</p>`;
  return undefined;
}
