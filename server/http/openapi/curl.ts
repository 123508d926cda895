import type { MediaType, Method, Operation, Parameter } from './document.ts';

const sampleOf = ({ schema }: Parameter): string => String(schema.examples?.[0] ?? schema.enum?.[0] ?? '');

const firstOf = (content: Readonly<Record<string, MediaType>> = {}): [string, MediaType] | undefined =>
  Object.entries(content)[0];

/** In single quotes a shell takes everything as it is, but for the single quote. */
const quoted = (text: string): string => (/^[\w:/.=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A command line that calls the operation: with what it needs, and with the first of what it may take. */
export const curlCommand = (origin: string, path: string, method: Method, operation: Operation): string => {
  const parameters = operation.parameters ?? [];
  const url = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((filled, parameter) => filled.replace(`{${parameter.name}}`, sampleOf(parameter)), origin + path);
  const query = parameters.find((parameter) => parameter.in === 'query');
  const [type, body] = (operation.requestBody?.required && firstOf(operation.requestBody.content)) || [];
  return [
    'curl',
    ...(method === 'get' ? [] : ['-X', method.toUpperCase()]),
    ...(type ? ['-H', quoted(`Content-Type: ${type}`), '-d', quoted(JSON.stringify(body?.example))] : []),
    quoted(query ? `${url}?${query.name}=${encodeURIComponent(sampleOf(query))}` : url),
  ].join(' ');
};
