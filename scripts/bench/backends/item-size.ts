/** An attribute value in DynamoDB's JSON. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Bytes DynamoDB counts for an item: UTF-8 of names and strings, about one byte per two digits of a number and one more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** A write unit is a started kilobyte. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

function valueBytes(value: AttributeValue): number {
  const [[type, content] = ['?', undefined]] = Object.entries(value);
  if (type === 'S') return Buffer.byteLength(content as string);
  if (type === 'N') return Math.ceil((content as string).replace(/\D/g, '').length / 2) + 1;
  throw new Error(`an attribute of type ${type} cannot be measured; expected S or N, or add it to item-size.ts`);
}
