import type { Config } from '../config.ts';
import { createDynamoDBClient } from './client.ts';

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Opens DynamoDB if a table is configured, otherwise the embedded database with its own table. */
export async function openDatabase({ tableName, dataDir }: Pick<Config, 'tableName' | 'dataDir'>) {
  if (tableName !== undefined) {
    const client = createDynamoDBClient();
    return { client, tableName, close: async () => client.destroy() };
  }
  const { startEmbeddedDatabase } = await import('./embedded-database.ts');
  const embedded = await startEmbeddedDatabase(dataDir);
  const client = createDynamoDBClient(embedded);
  return {
    client,
    tableName: embedded.tableName,
    close: async () => {
      client.destroy();
      await embedded.close();
    },
  };
}
