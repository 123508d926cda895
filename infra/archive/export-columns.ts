/** Attributes of a block that the queries read, with their types in DynamoDB. */
export const BLOCK_ATTRIBUTES = {
  pk: 'S',
  sk: 'S',
  instance: 'S',
  region: 'S',
  errorMicros: 'N',
  lines: 'S',
} as const;

/** The properties of a line of an export that have an item: of a full export, and of an incremental one. */
export const IMAGES = ['Item', 'NewImage'] as const;

/** Hive's type of an item. Its names are in lower case, as the catalog has them; the reader ignores case. */
export const IMAGE_TYPE = `struct<${Object.entries(BLOCK_ATTRIBUTES)
  .map(([name, type]) => `${name.toLowerCase()}:struct<${type.toLowerCase()}:string>`)
  .join(',')}>`;

/** Columns of the view, in its order, with Athena's types. */
export const TIMESTAMP_COLUMNS = {
  time: 'varchar',
  micros: 'bigint',
  trace_id: 'varchar',
  client_address: 'varchar',
  protocol: 'varchar',
  instance: 'varchar',
  region: 'varchar',
  error_micros: 'bigint',
} as const;
