import { PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const REGIONS = 'eu-west-1,eu-central-1';
const HOME_URL = 'https://eu-west-1.stampede.example.com';

/** The environment of a server in one of two regions. */
export function inRegion(region: 'eu-west-1' | 'eu-central-1', environment: Record<string, string> = {}) {
  return { REGIONS, REGION: region, HOME_URL, ...environment };
}

/** A server in each of two regions, with a replica each. The first is the home region. */
export async function startTwoRegions(settings: { readonly shards: readonly [string, string] }) {
  const [database, otherDatabase] = [await startDatabase(), await startDatabase()];
  const [home, other] = [
    await startService(database, inRegion('eu-west-1', { TABLE_SHARDS: settings.shards[0] })),
    await startService(otherDatabase, inRegion('eu-central-1', { TABLE_SHARDS: settings.shards[1] })),
  ];
  return { home, other, database, otherDatabase };
}

/** Replicates items of a table. Each of them was written later than the item that it replaces. */
export async function replicate(
  from: TestDatabase,
  to: TestDatabase,
  isIncluded: (pk: string) => boolean = () => true,
): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client: from.client }, { TableName: from.tableName }))
    for (const Item of Items.filter(({ pk }) => isIncluded(pk?.S ?? '')))
      await to.client.send(new PutItemCommand({ TableName: to.tableName, Item }));
}
