import type { OpenApiDocument } from '../../../../server/http/openapi/document.ts';
import type { Content, Header, Operation, Parameter, Response } from '../../../../server/http/openapi/types.ts';
import { type Direction, schemaChanges } from './schema-changes.ts';

/** A change of the stability that a document states: what may change is not compared. */
const MAY_CHANGE = 'may-change';

/**
 * The changes from the released document to the current one that break clients, as sentences. Additions are none.
 * docs/decisions/0051-interface-changes.md says what is promised.
 */
export function breakingChanges(released: OpenApiDocument, current: OpenApiDocument): string[] {
  const old = operationsOf(released);
  const now = operationsOf(current);
  return [
    ...[...old].flatMap(([name, operation]) => {
      if (operation['x-stability'] === MAY_CHANGE) return [];
      const changed = now.get(name);
      return changed ? operationChanges(name, operation, changed, released, current) : [`${name} was removed`];
    }),
    ...problemChanges(released, current),
  ];
}

function operationsOf({ paths }: OpenApiDocument): Map<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
}

function operationChanges(
  name: string,
  old: Operation,
  now: Operation,
  released: OpenApiDocument,
  current: OpenApiDocument,
): string[] {
  const schemas = (where: string, direction: Direction, before: SchemaHolder, after: SchemaHolder): string[] =>
    schemaChanges(
      where,
      { schema: before.schema ?? {}, schemas: released.components.schemas },
      { schema: after.schema ?? {}, schemas: current.components.schemas },
      direction,
    );
  const contents = (where: string, direction: Direction, before: Content = {}, after: Content = {}): string[] =>
    Object.entries(before).flatMap(([type, content]) =>
      after[type] ? schemas(`${where} ${type}`, direction, content, after[type]) : [`${where}: ${type} was removed`],
    );
  const responses = (before: Operation, after: Operation): string[] =>
    Object.entries(successes(before)).flatMap(([status, response]) => {
      const changed = successes(after)[status];
      if (!changed) return [`${name}: status ${status} was removed`];
      return [
        ...contents(`${name} ${status}`, 'answer', response.content, changed.content),
        ...headerChanges(`${name} ${status}`, response.headers, changed.headers),
      ];
    });

  return [
    ...parameterChanges(name, old, now, (where, before, after) => schemas(where, 'request', before, after)),
    ...(now.requestBody?.required && !old.requestBody?.required ? [`${name}: the body is required now`] : []),
    ...contents(`${name} body`, 'request', old.requestBody?.content, now.requestBody?.content),
    ...responses(old, now),
    ...Object.keys(successes(now))
      .filter((status) => !successes(old)[status])
      .map((status) => `${name}: status ${status} was added`),
  ];
}

interface SchemaHolder {
  readonly schema?: Parameter['schema'] | undefined;
}

function parameterChanges(
  name: string,
  { parameters: old = [] }: Operation,
  { parameters: now = [] }: Operation,
  compare: (where: string, before: Parameter, after: Parameter) => string[],
): string[] {
  const same = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in;
  return [
    ...old.flatMap((parameter) => {
      const where = `${name} ${parameter.in}.${parameter.name}`;
      const changed = now.find(same(parameter));
      if (!changed) return [`${where} was removed`];
      return [
        ...(changed.required && !parameter.required ? [`${where} is required now`] : []),
        ...compare(where, parameter, changed),
      ];
    }),
    ...now
      .filter((parameter) => parameter.required && !old.some(same(parameter)))
      .map((parameter) => `${name} ${parameter.in}.${parameter.name} was added and is required`),
  ];
}

function headerChanges(where: string, old: Headers = {}, now: Headers = {}): string[] {
  return Object.entries(old)
    .filter(([header, { 'x-stability': stability }]) => stability !== MAY_CHANGE && !now[header])
    .map(([header]) => `${where}: the header ${header} was removed`);
}

type Headers = Readonly<Record<string, Header>>;

/** The answers to successful requests, by status. Clients handle other statuses by their class. */
function successes({ responses }: Operation): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(responses).filter(
      (entry): entry is [string, Response] => Number(entry[0]) < 400 && !('$ref' in entry[1]),
    ),
  );
}

/** Clients decide by the type and the status of a problem. */
function problemChanges({ components: old }: OpenApiDocument, { components: now }: OpenApiDocument): string[] {
  return Object.entries(old.responses).flatMap(([type, response]) => {
    const changed = now.responses[type];
    if (!changed) return [`the problem ${type} was removed`];
    const [before, after] = [statusOf(response), statusOf(changed)];
    return before === after ? [] : [`the problem ${type} had status ${before}, has ${after}`];
  });
}

function statusOf({ content }: Response): unknown {
  return (content?.['application/problem+json']?.example as { status?: number } | undefined)?.status;
}
