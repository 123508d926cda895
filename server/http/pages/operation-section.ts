import { curlCommand } from '../openapi/curl.ts';
import type {
  Content,
  JsonSchema,
  Method,
  OpenApiDocument,
  Operation,
  Parameter,
  Reference,
  Response,
} from '../openapi/types.ts';
import { prose } from './elements.ts';
import { type Html, html } from './html.ts';

/** The section of one operation: what it does, how to call it, its parameters and its answers. */
export function operationSection(
  document: OpenApiDocument,
  origin: string,
  path: string,
  method: Method,
  operation: Operation,
): Html {
  const { operationId, summary, description, security, requestBody, parameters, responses } = operation;
  return html`<section id="${operationId}" aria-labelledby="${operationId}-title">
            <h2 id="${operationId}-title"><code class="quiet"><b>${method.toUpperCase()}</b> ${path}</code> ${summary}</h2>
            ${description && html`<p>${prose(description)}</p>`}
            ${security && html`<p>If the service has a <code>READ_TOKEN</code>, this needs <code>Authorization: Bearer</code> with the token.</p>`}
            ${code(curlCommand(origin, path, method, operation), `Command for ${method.toUpperCase()} ${path}`)}
            ${requestBody?.description && html`<p>Request body: ${requestBody.description}.</p>`}
            ${parameters && parameterList(parameters)}
            <h3 class="note">Answers</h3>
            <dl class="ruled">
                ${Object.entries(responses).map(([status, response]) => responseEntry(document, status, response))}
            </dl>
          </section>
          `;
}

function parameterList(parameters: readonly Parameter[]): Html {
  return html`<h3 class="note">Parameters</h3>
              <dl class="ruled">
                ${parameters.map(parameterEntry)}
              </dl>`;
}

function parameterEntry({ name, in: location, required, description, schema }: Parameter): Html {
  return html`<div><dt><code>${name}</code> <small>${location}${required && ', required'}</small></dt><dd>${description && prose(`${description}.`)} <small>${typeOf(schema)}</small></dd></div>
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

/** An answer in full; for a type of problem a link to its entry. */
function responseEntry(document: OpenApiDocument, status: string, response: Response | Reference): Html {
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
