import type { JsonSchema } from '../../../../server/http/openapi/types.ts';

/** Who sends the values: clients may send what the old schema accepts, and receive no more than it describes. */
export type Direction = 'request' | 'answer';

export type Schemas = Readonly<Record<string, JsonSchema>>;

export interface Version {
  readonly schema: JsonSchema;
  /** The schemas that `$ref` refers to. */
  readonly schemas: Schemas;
}

/**
 * The changes of a schema that break clients: a request that was accepted is not accepted any more or means something
 * else, or an answer has a value that it did not have. Changed patterns and formats are among them, because a program cannot tell which of two
 * accepts more.
 */
export function schemaChanges(where: string, old: Version, current: Version, direction: Direction): string[] {
  const [before, after] = [resolved(old), resolved(current)];
  const inside = (name: string, from: JsonSchema, to: JsonSchema): string[] =>
    schemaChanges(`${where}${name}`, { ...old, schema: from }, { ...current, schema: to }, direction);
  const changed = (keyword: string): string =>
    `${where}: ${keyword} was ${shown(before[keyword])}, is ${shown(after[keyword])}`;
  // What is sent must stay within what the receiver expects.
  const [sent, expected] = direction === 'request' ? [before, after] : [after, before];

  return [
    ...['type', 'enum', 'const', 'pattern', 'format', ...LOWER_BOUNDS, ...UPPER_BOUNDS]
      .filter((keyword) => exceeds(keyword, sent, expected))
      .map(changed),
    // Requests without the value mean something else now.
    ...(direction === 'request' && before.default !== undefined && shown(before.default) !== shown(after.default)
      ? [changed('default')]
      : []),
    ...list(expected.required)
      .filter((name) => !list(sent.required).includes(name))
      .map(
        (name) => `${where}.${name} ${direction === 'request' ? 'is required now' : 'is not in every answer any more'}`,
      ),
    ...Object.entries(properties(before)).flatMap(([name, property]) => {
      const now = properties(after)[name];
      if (now) return inside(`.${name}`, property, now);
      return direction === 'answer' || after.additionalProperties === false ? [`${where}.${name} was removed`] : [];
    }),
    ...(before.items && after.items ? inside('[]', before.items as JsonSchema, after.items as JsonSchema) : []),
  ];
}

const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

/** Whether values that the one schema allows may violate a keyword of the other. */
function exceeds(keyword: string, sent: JsonSchema, expected: JsonSchema): boolean {
  const [allowed, limit] = [sent[keyword], expected[keyword]];
  if (limit === undefined) return false;
  if (allowed === undefined) return true;
  if (keyword === 'type') return list(allowed).some((type) => !isOneOf(type, list(limit)));
  if (keyword === 'enum') return list(allowed).some((value) => !list(limit).includes(value));
  if (LOWER_BOUNDS.includes(keyword)) return Number(allowed) < Number(limit);
  if (UPPER_BOUNDS.includes(keyword)) return Number(allowed) > Number(limit);
  return allowed !== limit;
}

function isOneOf(type: unknown, types: readonly unknown[]): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number'));
}

function resolved({ schema, schemas }: Version): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (schemas[name] as JsonSchema);
}

function properties(schema: JsonSchema): Schemas {
  return (schema.properties ?? {}) as Schemas;
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
