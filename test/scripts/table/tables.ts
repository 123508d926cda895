import { CreateTableCommand, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Key } from '../../../scripts/table/items.ts';
import type { Table } from '../../../scripts/table/table.ts';
import { tableDefinition } from '../../../server/contract.ts';
import { toItem } from '../../../server/dynamodb/timestamps.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import type { TestDatabase } from '../../server/support/database.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z') * 1_000;

/** A table of its own in the test database. */
export async function createTestTable({ client }: Pick<TestDatabase, 'client'>, name: string): Promise<Table> {
  await client.send(new CreateTableCommand(tableDefinition(name)));
  return { client, name };
}

/** A block with timestamps at these times, microseconds after noon of a day. */
export function blockAt(offsets: readonly number[], options: Partial<Block> & { readonly noon?: number } = {}): Block {
  const { noon = NOON, ...fields } = options;
  return {
    shard: 0,
    writer: 'k3f9a2v0',
    sequence: Math.abs(offsets[0] ?? 0),
    instance: 'i-0abc1234def567890',
    arrivals: offsets.map((offset) => ({
      micros: noon + offset,
      traceId: '1-5f20060c-3f5c8a1b9d7e4c6f8a0b2d4e',
      clientAddress: '203.0.113.7',
      protocol: 'https',
    })),
    ...fields,
  };
}

/** Puts blocks and other items. */
export async function put({ client, name }: Table, ...items: readonly (Block | Record<string, unknown>)[]) {
  for (const item of items) {
    const Item = 'arrivals' in item ? toItem(encodeBlock(item as Block)) : marshall(item);
    await client.send(new PutItemCommand({ TableName: name, Item }));
  }
}

/** Deletes a block, or another item by its key. */
export async function remove({ client, name }: Table, item: Block | Key) {
  const { pk, sk } = 'arrivals' in item ? encodeBlock(item) : item;
  await client.send(new DeleteItemCommand({ TableName: name, Key: marshall({ pk, sk }) }));
}
