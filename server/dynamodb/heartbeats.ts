import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { REGIONS_PARTITION } from '../contract.ts';
import type { Heartbeat } from '../regions/heartbeat.ts';
import type { Heartbeats } from '../regions/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DynamoDBPort, isConditionMet } from './client.ts';
import { deadlineIn, retry } from './retry.ts';

const SightSchema = z.object({ at: z.number(), completeUntil: z.number().optional(), catchUpUntil: z.number() });
const HeartbeatSchema = z
  .object({
    sk: z.string(),
    at: z.number(),
    since: z.number(),
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
      const deadline = deadlineIn(deadlineMs, runtime);
      const known = new Map<string, Heartbeat>();
      let startKey: Record<string, AttributeValue> | undefined;
      // All pages: without its own heartbeat a region would wait as at its first look.
      do {
        const query = new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :regions',
          ExpressionAttributeValues: marshall({ ':regions': REGIONS_PARTITION }),
          ConsistentRead: true,
          ExclusiveStartKey: startKey,
        });
        const { Items = [], LastEvaluatedKey } = await retry(deadline, (abortSignal) =>
          client.send(query, { abortSignal }),
        );
        for (const item of Items) {
          const heartbeat = HeartbeatSchema.parse(unmarshall(item));
          known.set(heartbeat.region, heartbeat);
        }
        startKey = LastEvaluatedKey;
      } while (startKey !== undefined);
      return known;
    },

    async write({ region, ...heartbeat }, previous, deadlineMs) {
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk: REGIONS_PARTITION, sk: region, ...heartbeat }, { removeUndefinedValues: true }),
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
