import type { Method, Operation, Parameter, TokenScheme } from './types.ts';

/** Shell variables that hold the tokens in the commands; the server reads variables with the same names. */
const VARIABLES: Readonly<Record<TokenScheme, string>> = { readToken: 'READ_TOKEN', writeToken: 'WRITE_TOKEN' };

/** A curl command that calls the operation with its required values and its first query parameter. */
export function curlCommand(origin: string, path: string, method: Method, operation: Operation): string {
  const parameters = operation.parameters ?? [];
  const url = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((filled, parameter) => filled.replace(`{${parameter.name}}`, sampleOf(parameter)), origin + path);
  const query = parameters.find((parameter) => parameter.in === 'query');
  const [type, body] = operation.requestBody?.required ? (Object.entries(operation.requestBody.content)[0] ?? []) : [];
  return [
    'curl',
    ...(method === 'get' ? [] : ['-X', method.toUpperCase()]),
    ...(operation.security ?? [])
      .flatMap((scheme) => Object.keys(scheme))
      .flatMap((name) => ['-H', `"Authorization: Bearer $${VARIABLES[name as TokenScheme]}"`]),
    ...(type ? ['-H', quoted(`Content-Type: ${type}`), '-d', quoted(JSON.stringify(body?.example))] : []),
    quoted(query ? `${url}?${query.name}=${encodeURIComponent(sampleOf(query))}` : url),
  ].join(' ');
}

function sampleOf({ schema }: Parameter): string {
  return String(schema.examples?.[0] ?? schema.enum?.[0] ?? '');
}

/** Quotes text for a shell: nothing is expanded within single quotes; a single quote is escaped outside of them. */
function quoted(text: string): string {
  return /^[\w:/.=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
