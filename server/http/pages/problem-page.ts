import type { Problem, ProblemPage } from '../problems.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

/** What a person can do about it, where the status alone tells. */
const remedy = (status: number): Html | undefined => {
  if (status === 401)
    return html`<p>In a browser, open <a href="/">the live page</a>: it asks for the read token and keeps it for the tab.</p>`;
  if (status === 429 || status === 503) return html`<p>Trying again in a moment is likely to work.</p>`;
  return undefined;
};

const fields = (errors: Problem['errors']): Html | undefined =>
  errors &&
  html`<dl class="fields">
          ${errors.map(({ field, message }) => html`<div><dt><code>${field}</code></dt><dd>${message}</dd></div>`)}
        </dl>`;

/** A problem (RFC 9457) for browsers: the same facts that programs get. */
export const createProblemPage =
  (asset: AssetUrl): ProblemPage =>
  (problem) =>
    layout(asset, {
      title: problem.title,
      style: 'problem.css',
      main: html`      <article class="problem">
        <p class="status" aria-hidden="true">${problem.status}</p>
        <h1>${problem.title}</h1>
        <p class="detail">${problem.detail}</p>
        ${fields(problem.errors)}
        ${remedy(problem.status)}
        <p><a href="/">Live page</a> · <a href="${problem.type}">What this answer means</a></p>
      </article>`,
    });
