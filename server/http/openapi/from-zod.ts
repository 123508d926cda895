import { z } from 'zod';
// Registers all schemas under their ids before they are converted below.
import '../schemas.ts';
import type { Content, Header, JsonSchema, Parameter } from './types.ts';

const PREFIX = '#/components/schemas/';

/** Schemas are converted as input schemas, because answers may gain properties that clients must tolerate. */
const OPTIONS = {
  io: 'input',
  uri: (id: string) => PREFIX + id,
  override: ({ jsonSchema }: { jsonSchema: JsonSchema }) => tidy(jsonSchema),
} as const;

/** Converts `example` to JSON Schema's `examples`, and removes the two bounds that zod adds to every integer. */
function tidy(schema: JsonSchema): void {
  if ('example' in schema) {
    schema.examples = [schema['example']];
    delete schema['example'];
  }
  if (schema.minimum !== Number.MIN_SAFE_INTEGER) return;
  delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** All schemas with an id, for `components.schemas`. */
export const componentSchemas: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(z.toJSONSchema(z.globalRegistry, OPTIONS).schemas).map(([name, { $schema, $id, ...schema }]) => [
    name,
    schema,
  ]),
);

function reference(schema: z.ZodType): { $ref: string } {
  const { id } = schema.meta() ?? {};
  if (!id) throw new Error('a schema without an id: give it .meta({ id }) to use it in the OpenAPI document');
  return { $ref: PREFIX + id };
}

/** The example of a schema, composed from the examples of its parts. */
export function example(schema: z.ZodType): unknown {
  return exampleOf(reference(schema));
}

function exampleOf({ $ref, examples, enum: values, items, properties = {} }: JsonSchema): unknown {
  if ($ref) return exampleOf(componentSchemas[$ref.slice(PREFIX.length)] as JsonSchema);
  if (examples) return examples[0];
  if (values) return values.at(-1);
  if (items) return [exampleOf(items as JsonSchema)];
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, exampleOf(property as JsonSchema)]),
  );
}

/** A JSON body of the schema, with an example. */
export function json(schema: z.ZodType, shown: unknown = example(schema)): Content {
  return { 'application/json': { schema: reference(schema), example: shown } };
}

/** The properties of a query schema as parameters. */
export function queryParameters(schema: z.ZodType): Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, OPTIONS);
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, { description, ...property }]) => ({
    name,
    in: 'query',
    ...(description && { description }),
    required: required.includes(name),
    schema: property,
  }));
}

/** A text header with an example. */
export function textHeader(description: string, sample: string): Header {
  return { description, schema: { type: 'string', examples: [sample] } };
}
