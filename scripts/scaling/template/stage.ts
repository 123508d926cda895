import type { z } from 'zod';
import { parseReference, type Reference, referenceText } from './reference.ts';
import { type Context, type KnownValues, resolve } from './resolve.ts';
import type { Template } from './template.ts';

/** A resource of a stage whose properties are read, with all intrinsic functions resolved. */
export interface StageResource<Properties> {
  readonly stack: string;
  readonly logicalId: string;
  /** What a `Ref` to it resolves to. */
  readonly ref: string;
  readonly properties: Properties;
}

/** The resources of all templates of one stage. */
export class StageTemplates {
  readonly #templates: readonly Template[];
  readonly #known: KnownValues;

  /** `known` may give the values that only a deployment has. @default - references stay as text */
  constructor(templates: readonly Template[], known: KnownValues = () => undefined) {
    this.#templates = templates;
    this.#known = known;
  }

  /** All resources of a type, with the properties that the schema names. */
  list<Schema extends z.ZodType>(type: string, schema: Schema): StageResource<z.output<Schema>>[] {
    return this.#templates.flatMap((template) =>
      Object.keys(template.Resources)
        .filter((logicalId) => template.Resources[logicalId]?.Type === type)
        .map((logicalId) => this.#read(template, logicalId, schema)),
    );
  }

  /** The resource that a resolved text refers to. @throws Error when it refers to none, or to another type. */
  find<Schema extends z.ZodType>(type: string, text: unknown, schema: Schema): StageResource<z.output<Schema>> {
    const reference = parseReference(text);
    const template = this.#templates.find(({ stack }) => stack === reference?.stack);
    const found = reference && template?.Resources[reference.logicalId]?.Type;
    if (!reference || !template || found !== type) {
      throw new Error(`${JSON.stringify(text)} is ${found ?? 'no resource of the stage'}: expected an ${type}`);
    }
    return this.#read(template, reference.logicalId, schema);
  }

  /** The update policy of a resource. */
  updatePolicy<Schema extends z.ZodType>(
    { stack, logicalId }: Pick<StageResource<unknown>, 'stack' | 'logicalId'>,
    schema: Schema,
  ): z.output<Schema> {
    const template = this.#templates.find((each) => each.stack === stack);
    if (!template) throw new Error(`there is no template of ${stack}`);
    return this.#parse(template, logicalId, template.Resources[logicalId]?.UpdatePolicy, schema);
  }

  #read<Schema extends z.ZodType>(template: Template, logicalId: string, schema: Schema) {
    const properties = this.#parse(template, logicalId, template.Resources[logicalId]?.Properties, schema);
    const self: Reference = { stack: template.stack, logicalId };
    const ref = this.#known(referenceText(self), self) ?? referenceText(self);
    return { stack: template.stack, logicalId, ref, properties };
  }

  #parse<Schema extends z.ZodType>(template: Template, logicalId: string, value: unknown, schema: Schema) {
    const context: Context = { template, templates: this.#templates, logicalId, known: this.#known };
    const parsed = schema.safeParse(resolve(value, context));
    if (!parsed.success) throw new Error(`${template.stack}/${logicalId}: ${oneLine(parsed.error)}`);
    return parsed.data;
  }
}

/** Whether a resolved text refers to this resource, by `Ref` or by an attribute. */
export function refersTo(
  text: unknown,
  { stack, logicalId }: Pick<StageResource<unknown>, 'stack' | 'logicalId'>,
): boolean {
  const reference = parseReference(text);
  return reference?.stack === stack && reference.logicalId === logicalId;
}

function oneLine(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
