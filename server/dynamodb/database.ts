import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Config } from '../config.ts';
import { createDynamoDBClient } from './client.ts';

export interface Database {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly close: () => Promise<void>;
}

/** DynamoDB where a table is configured, else the embedded database with a table of its own. */
export async function openDatabase({ tableName, dataDir }: Pick<Config, 'tableName' | 'dataDir'>): Promise<Database> {
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
