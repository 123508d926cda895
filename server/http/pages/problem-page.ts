import type { Problem } from '../schemas.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** A page with problem details (RFC 9457), for browsers. */
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
        <p><a class="touch" href="/">Live page</a> · <a class="touch" href="${type}">About this error</a></p>
      </article>`,
  });
}

function fieldList(errors: NonNullable<Problem['errors']>): Html {
  return html`<dl class="fields">
          ${errors.map(({ field, message }) => html`<div><dt><code>${field}</code></dt><dd>${message}</dd></div>`)}
        </dl>`;
}

/** Advice that follows from the status alone. */
function remedy(status: number): Html | undefined {
  if (status === 401)
    return html`<p>Reload the page and enter the token as the password, with any user name. Or open <a href="/">the live page</a>: it asks for the token.</p>`;
  if (status === 429 || status === 503) return html`<p>Try again in a moment.</p>`;
  return undefined;
}
