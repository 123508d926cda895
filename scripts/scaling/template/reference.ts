/** A resource of a stack, or one of its attributes, whose value only a deployment knows. */
export interface Reference {
  readonly stack: string;
  readonly logicalId: string;
  /** @default - what `Ref` gives */
  readonly attribute?: string;
}

/** Writes a reference as text, so that it can stand inside other texts: `{{stack/LogicalId.Attribute}}`. */
export function referenceText({ stack, logicalId, attribute }: Reference): string {
  const path = attribute === undefined ? logicalId : `${logicalId}.${attribute}`;
  return `{{${stack}/${path}}}`;
}

const PATTERN = /^\{\{(?<stack>[\w-]+)\/(?<logicalId>\w+)(?:\.(?<attribute>[\w.]+))?\}\}$/;

/** Reads such a text; undefined when it is not one reference and nothing else. */
export function parseReference(text: unknown): Reference | undefined {
  const { stack, logicalId, attribute } = (typeof text === 'string' && PATTERN.exec(text)?.groups) || {};
  if (!stack || !logicalId) return undefined;
  return { stack, logicalId, ...(attribute === undefined ? {} : { attribute }) };
}
