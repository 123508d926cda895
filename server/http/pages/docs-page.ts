import type { Method, OpenApiDocument, Operation } from '../openapi/document.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';
import { operationSection } from './operation-section.ts';
import { prose } from './prose.ts';

interface Entry {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

const entriesOf = (document: OpenApiDocument): Entry[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method as Method, operation })),
  );

const contents = (entries: readonly Entry[]): Html =>
  html`<nav class="contents" aria-label="On this page">
          <ul>
            ${entries.map(
              ({ path, method, operation }) =>
                html`<li><a href="#${operation.operationId}"><code><b>${method.toUpperCase()}</b> ${path}</code></a></li>
            `,
            )}
            <li><a href="#problems">Problems</a></li>
          </ul>
        </nav>`;

const statusOf = (example: unknown): string => String((example as { status?: number } | undefined)?.status ?? '');

const problemSection = ({ components }: OpenApiDocument): Html =>
  html`<section aria-labelledby="problems">
            <h2 id="problems">Problems</h2>
            <p>An answer that is no success is a problem: <code>application/problem+json</code> with <code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code> and, where fields are at fault, <code>errors</code>. Its <code>type</code> leads here.</p>
            <dl class="problems">
              ${Object.entries(components.responses).map(
                ([name, { description, content }]) =>
                  html`<div id="${name}"><dt><code>${name}</code> <span class="status">${statusOf(content?.['application/problem+json']?.example)}</span></dt><dd>${prose(description)}</dd></div>
              `,
              )}
            </dl>
          </section>`;

/** Renders the interface for people; `origin` is where the reader reached the service, for commands to copy. */
export type DocsPage = (document: OpenApiDocument, origin: string) => string;

/** `GET /docs`: the OpenAPI document as a page, one section an operation and one entry a type of problem. */
export const createDocsPage =
  (asset: AssetUrl): DocsPage =>
  (document, origin) => {
    const entries = entriesOf(document);
    return layout(asset, {
      title: 'API',
      section: '/docs',
      style: 'docs.css',
      main: html`      <div class="docs">
        <div class="intro">
          <h1>${document.info.title} ${document.info.version}</h1>
          <p>${prose(document.info.description)} This page is made from the <a href="/openapi.json">OpenAPI document</a>.</p>
        </div>
        ${contents(entries)}
        <div class="operations">
          ${entries.map(({ path, method, operation }) => operationSection(document, origin, path, method, operation))}
          ${problemSection(document)}
        </div>
      </div>`,
    });
  };
