import { curlCommand } from '../openapi/curl.ts';
import type {
  JsonSchema,
  MediaType,
  Method,
  OpenApiDocument,
  Operation,
  Parameter,
  Reference,
  Response,
} from '../openapi/document.ts';
import { type Html, html } from './html.ts';
import { prose } from './prose.ts';

const rangeOf = ({ minimum, maximum }: JsonSchema): string | undefined => {
  if (minimum === undefined) return maximum === undefined ? undefined : `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
};

const typeOf = (schema: JsonSchema): string =>
  [
    schema.enum ? schema.enum.join(' or ') : schema.type,
    rangeOf(schema),
    schema.default !== undefined && `default ${schema.default}`,
  ]
    .filter(Boolean)
    .join(', ');

const parameterEntry = ({ name, in: place, required, description, schema }: Parameter): Html =>
  html`<div><dt><code>${name}</code> <small>${place}${required && ', required'}</small></dt><dd>${description && prose(`${description}.`)} <small>${typeOf(schema)}</small></dd></div>
                `;

const parameterList = (parameters: readonly Parameter[]): Html =>
  html`<h3>Parameters</h3>
              <dl>
                ${parameters.map(parameterEntry)}
              </dl>`;

const code = (text: string, label: string): Html =>
  html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>`;

const sampleText = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example, null, 2);

const samples = (content: Readonly<Record<string, MediaType>>): Html[] =>
  Object.entries(content).map(([type, { example }]) =>
    example === undefined
      ? html`<p><small>${type}</small></p>`
      : html`<p><small>${type}</small></p>${code(sampleText(example), `Example of ${type}`)}`,
  );

/** What an answer carries, in full where the operation says it itself, by link where it is a type of problem. */
const responseEntry = (document: OpenApiDocument, status: string, response: Response | Reference): Html => {
  if ('$ref' in response) {
    const name = response.$ref.split('/').at(-1) ?? '';
    const { description = '' } = document.components.responses[name] ?? {};
    return html`<div><dt><code>${status}</code></dt><dd><a href="#${name}"><code>${name}</code></a> ${prose(description)}</dd></div>
                `;
  }
  const headers = Object.entries(response.headers ?? {});
  return html`<div><dt><code>${status}</code></dt><dd>${prose(response.description)}
                  ${headers.map(([name, header]) => html`<p><code>${name}</code> ${prose(header.description)}.</p>`)}
                  ${Number(status) < 400 && samples(response.content ?? {})}</dd></div>
                `;
};

/** The section of one operation: what it does, what it takes, how to call it and what it answers. */
export const operationSection = (
  document: OpenApiDocument,
  origin: string,
  path: string,
  method: Method,
  operation: Operation,
): Html => html`<section id="${operation.operationId}" aria-labelledby="${operation.operationId}-title">
            <h2 id="${operation.operationId}-title"><code><b>${method.toUpperCase()}</b> ${path}</code> ${operation.summary}</h2>
            ${operation.description && html`<p>${prose(operation.description)}</p>`}
            ${operation.security && html`<p>Where the service is given a <code>READ_TOKEN</code>, this needs <code>Authorization: Bearer</code> with it.</p>`}
            ${code(curlCommand(origin, path, method, operation), `Command for ${method.toUpperCase()} ${path}`)}
            ${operation.requestBody?.description && html`<p>Request body: ${operation.requestBody.description}.</p>`}
            ${operation.parameters && parameterList(operation.parameters)}
            <h3>Answers</h3>
            <dl>
                ${Object.entries(operation.responses).map(([status, response]) => responseEntry(document, status, response))}
            </dl>
          </section>
          `;
