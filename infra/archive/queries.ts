import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, 'sql', `${name}.sql`), 'utf8').trim();
}

/** The query of the view: one row per timestamp. */
export const TIMESTAMPS_QUERY = read('timestamps');

/** The named queries, by name. */
export const QUERIES = {
  'per minute': read('per-minute'),
  'per client': read('per-client'),
  gaps: read('gaps'),
} as const;

/** First day of the queries; people change it before they run one. */
export const EXAMPLE_DAY = '2026-11-21';

/**
 * A query that reads only exports from a day on, because Athena bills what it reads. Blocks of a day are in its export or,
 * if they were stored late, in a later one. `timestamps` hides the view of this name, and `exports` the table.
 */
export function fromDay(query: string, database: string, day: string): string {
  return `-- Nothing that was exported before this day is read.
WITH exports AS (
  SELECT * FROM "${database}"."exports" WHERE day >= '${day}'
),
timestamps AS (
${TIMESTAMPS_QUERY}
)
${query}`;
}
