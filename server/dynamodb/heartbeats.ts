import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { Heartbeat } from '../regions/heartbeat.ts';
import type { Heartbeats } from '../regions/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DynamoDBPort, isConditionMet } from './client.ts';
import { deadlineIn, retry } from './retry.ts';

/** Partition key of the heartbeats; their sort key is the region. */
const REGIONS = 'regions';

const SightSchema = z.object({ at: z.number(), completeUntil: z.number().optional(), catchUpUntil: z.number() });
const HeartbeatSchema = z
  .object({
    sk: z.string(),
    at: z.number(),
    completeUntil: z.number().optional(),
    sees: z.record(z.string(), SightSchema),
  })
  .transform(({ sk: region, ...heartbeat }): Heartbeat => ({ region, ...heartbeat }));

export interface DynamoHeartbeatsOptions {
  readonly client: DynamoDBPort;
  readonly table: string;
  readonly runtime: Runtime;
}

/** The heartbeats of the regions in DynamoDB. Only the processes of a region write its item, so no two writes conflict. */
export function createHeartbeats({ client, table, runtime }: DynamoHeartbeatsOptions): Heartbeats {
  return {
    async read(deadlineMs) {
      const query = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :regions',
        ExpressionAttributeValues: marshall({ ':regions': REGIONS }),
        ConsistentRead: true,
      });
      const { Items = [] } = await retry(deadlineIn(deadlineMs, runtime), (abortSignal) =>
        client.send(query, { abortSignal }),
      );
      const known = Items.map((item) => HeartbeatSchema.parse(unmarshall(item)));
      return new Map(known.map((heartbeat) => [heartbeat.region, heartbeat]));
    },

    async write({ region, ...heartbeat }, previous, deadlineMs) {
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk: REGIONS, sk: region, ...heartbeat }, { removeUndefinedValues: true }),
        ...(previous
          ? {
              ConditionExpression: '#at = :previous',
              ExpressionAttributeNames: { '#at': 'at' },
              ExpressionAttributeValues: marshall({ ':previous': previous.at }),
            }
          : { ConditionExpression: 'attribute_not_exists(pk)' }),
      });
      const deadline = deadlineIn(deadlineMs, runtime);
      await isConditionMet(retry(deadline, (abortSignal) => client.send(put, { abortSignal })));
    },
  };
}
