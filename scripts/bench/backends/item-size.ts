/** An item in DynamoDB's JSON: each value by its type. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Bytes that DynamoDB counts for an item: UTF-8 of names and strings; a byte for two digits of a number, and one more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** DynamoDB bills a write unit for each kilobyte that an item begins. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

function valueBytes({ S: text, N: number, ...others }: Item[string]): number {
  if (typeof text === 'string') return Buffer.byteLength(text);
  if (typeof number === 'string') return Math.ceil(number.replace(/\D/g, '').length / 2) + 1;
  throw new Error(
    `an attribute of type ${Object.keys(others)} cannot be measured; expected S or N, or add it to item-size.ts`,
  );
}
