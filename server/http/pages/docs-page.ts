import type { Method, OpenApiDocument, Operation } from '../openapi/types.ts';
import { prose } from './elements.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';
import { operationSection } from './operation-section.ts';

interface Entry {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

/**
 * `GET /docs`: the OpenAPI document as a page, with a section per operation and an entry per type of problem.
 * `origin` is the one that the reader used, for commands to copy.
 */
export function docsPage(assetUrl: AssetUrl, document: OpenApiDocument, origin: string): string {
  const entries: Entry[] = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method as Method, operation })),
  );
  return layout(assetUrl, {
    title: 'API',
    section: '/docs',
    style: 'docs.css',
    main: html`      <div class="docs">
        <div class="intro">
          <h1>${document.info.title} ${document.info.version}</h1>
          <p>${prose(document.info.description)} This page is generated from the <a href="/openapi.json">OpenAPI document</a>.</p>
        </div>
        ${contents(entries)}
        <div class="operations">
          ${entries.map(({ path, method, operation }) => operationSection(document, origin, path, method, operation))}
          ${problemSection(document)}
        </div>
      </div>`,
  });
}

function contents(entries: readonly Entry[]): Html {
  return html`<nav class="contents" aria-label="On this page">
          <ul>
            ${entries.map(
              ({ path, method, operation }) =>
                html`<li><a href="#${operation.operationId}"><code><b>${method.toUpperCase()}</b> ${path}</code></a></li>
            `,
            )}
            <li><a href="#problems">Problems</a></li>
          </ul>
        </nav>`;
}

function problemSection({ components }: OpenApiDocument): Html {
  return html`<section aria-labelledby="problems">
            <h2 id="problems">Problems</h2>
            <p>An error is answered as a problem: <code>application/problem+json</code> with <code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code> and, if fields are invalid, <code>errors</code>. Its <code>type</code> links to the entry below.</p>
            <dl class="ruled">
              ${Object.entries(components.responses).map(
                ([name, { description, content }]) =>
                  html`<div id="${name}"><dt><code>${name}</code> <span class="quiet">${statusOf(content?.['application/problem+json']?.example)}</span></dt><dd>${prose(description)}</dd></div>
              `,
              )}
            </dl>
          </section>`;
}

function statusOf(example: unknown): string {
  return String((example as { status?: number } | undefined)?.status ?? '');
}
