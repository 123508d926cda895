import { z } from 'zod';
import type { JsonSchema, MediaType, Parameter } from './document.ts';
// All schemas must have registered their names before they are turned into JSON Schema below.
import '../schemas.ts';

const PREFIX = '#/components/schemas/';

/**
 * OpenAPI 3.1 takes JSON Schema as it is, in which examples are a list. The least and greatest safe integer, which
 * zod writes for every integer, say nothing.
 */
const tidy = (schema: Record<string, unknown>): void => {
  if ('example' in schema) {
    schema['examples'] = [schema['example']];
    delete schema['example'];
  }
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
};

// What goes in: answers may get further properties one day, so that clients must not count on there being no others.
const registered = z.toJSONSchema(z.globalRegistry, {
  io: 'input',
  uri: (id) => PREFIX + id,
  override: ({ jsonSchema }) => tidy(jsonSchema),
}).schemas as unknown as Readonly<Record<string, JsonSchema>>;

const nameOf = (schema: z.ZodType): string => {
  const { id } = schema.meta() ?? {};
  if (!id) throw new Error('a schema without a name: give it .meta({ id }) to use it in the OpenAPI document');
  return id;
};

/** The named schemas for `components.schemas`. */
export const componentSchemas = (...schemas: z.ZodType[]): Record<string, JsonSchema> =>
  Object.fromEntries(
    schemas.map(nameOf).map((name) => {
      const { $schema, $id, ...schema } = registered[name] as JsonSchema & Record<string, unknown>;
      return [name, schema];
    }),
  );

/** The example that a schema's own examples add up to. */
const exampleOf = (schema: JsonSchema): unknown => {
  if (schema.$ref) return exampleOf(registered[schema.$ref.slice(PREFIX.length)] as JsonSchema);
  if (schema.examples) return schema.examples[0];
  if (schema.enum) return schema.enum.at(-1);
  if (schema.items) return [exampleOf(schema.items)];
  const properties = Object.entries(schema.properties ?? {});
  return Object.fromEntries(properties.map(([name, property]) => [name, exampleOf(property)]));
};

/** The example of a schema, made of the examples of its parts. */
export const example = (schema: z.ZodType): unknown => exampleOf({ $ref: PREFIX + nameOf(schema) });

/** JSON of a schema, with an example. */
export const json = (schema: z.ZodType): Record<string, MediaType> => ({
  'application/json': { schema: { $ref: PREFIX + nameOf(schema) }, example: example(schema) },
});

/** The properties of a query's schema as parameters. */
export const queryParameters = (schema: z.ZodType): Parameter[] => {
  const { properties = {}, required = [] } = registered[nameOf(schema)] ?? {};
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: 'query',
    ...(description && { description }),
    required: required.includes(name),
    schema: property,
  }));
};
