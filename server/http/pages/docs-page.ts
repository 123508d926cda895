import { curlCommand } from '../openapi/curl.ts';
import type { OpenApiDocument } from '../openapi/document.ts';
import type { Content, JsonSchema, Method, Operation, Parameter, Reference, Response } from '../openapi/types.ts';
import { prose } from './elements.ts';
import { type Html, html } from './html.ts';
import { type AssetUrl, layout } from './layout.ts';

type Components = OpenApiDocument['components'];

interface Entry {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

/** `GET /docs`: the OpenAPI document as a page. `origin` is used in the commands. */
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
          ${entries.map((entry) => operationSection(entry, document.components, origin))}
          ${problemSection(document.components)}
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

/** The description, example command, parameters and answers of an operation. */
function operationSection({ path, method, operation }: Entry, components: Components, origin: string): Html {
  const { operationId, summary, description, security, requestBody, parameters, responses } = operation;
  return html`<section id="${operationId}" aria-labelledby="${operationId}-title">
            <h2 id="${operationId}-title"><code class="quiet"><b>${method.toUpperCase()}</b> ${path}</code> ${summary}</h2>
            ${description && html`<p>${prose(description)}</p>`}
            ${security && html`<p>Requires <code>Authorization: Bearer</code> with the ${security.some((scheme) => scheme.readToken) ? 'read' : 'write'} token.</p>`}
            ${code(curlCommand(origin, path, method, operation), `Command for ${method.toUpperCase()} ${path}`)}
            ${requestBody?.description && html`<p>Request body: ${sentence(requestBody.description)}</p>`}
            ${parameters && parameterList(parameters)}
            <h3 class="note">Answers</h3>
            <dl class="ruled">
                ${Object.entries(responses).map(([status, response]) => responseEntry(components, status, response))}
            </dl>
          </section>
          `;
}

/** A description as prose; those of the document end without a full stop if they are one sentence. */
function sentence(description: string): Html {
  return prose(description.endsWith('.') ? description : `${description}.`);
}

function parameterList(parameters: readonly Parameter[]): Html {
  return html`<h3 class="note">Parameters</h3>
              <dl class="ruled">
                ${parameters.map(parameterEntry)}
              </dl>`;
}

function parameterEntry({ name, in: location, required, description, schema }: Parameter): Html {
  return html`<div><dt><code>${name}</code> <small>${location}${required && ', required'}</small></dt><dd>${description && sentence(description)} <small>${typeOf(schema)}</small></dd></div>
                `;
}

function typeOf({ enum: values, type, minimum, maximum, default: byDefault }: JsonSchema): string {
  return [
    values?.join(' or ') ?? type,
    minimum !== undefined && maximum !== undefined && `${minimum} to ${maximum}`,
    minimum !== undefined && maximum === undefined && `at least ${minimum}`,
    byDefault !== undefined && `default ${byDefault}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** A full description of an answer, or a link to the entry of its problem type. */
function responseEntry(components: Components, status: string, response: Response | Reference): Html {
  if ('$ref' in response) {
    const name = response.$ref.split('/').at(-1) ?? '';
    const { description = '' } = components.responses[name] ?? {};
    return html`<div><dt><code>${status}</code></dt><dd><a href="#${name}"><code>${name}</code></a> ${prose(description)}</dd></div>
                `;
  }
  const headers = Object.entries(response.headers ?? {});
  return html`<div><dt><code>${status}</code></dt><dd>${prose(response.description)}
                  ${headers.map(([name, header]) => html`<p><code>${name}</code> ${sentence(header.description)}</p>`)}
                  ${Number(status) < 400 && samples(response.content ?? {})}</dd></div>
                `;
}

function samples(content: Content): Html[] {
  return Object.entries(content).map(([type, { example }]) => {
    const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
    return html`<p><small>${type}</small></p>${example !== undefined && code(text, `Example of ${type}`)}`;
  });
}

function code(text: string, label: string): Html {
  return html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>`;
}

function problemSection({ responses }: Components): Html {
  return html`<section aria-labelledby="problems">
            <h2 id="problems">Problems</h2>
            <p>Errors are returned as problem details: <code>application/problem+json</code> with <code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code> and, if fields are invalid, <code>errors</code>. The <code>type</code> links to an entry below.</p>
            <dl class="ruled">
              ${Object.entries(responses).map(
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
