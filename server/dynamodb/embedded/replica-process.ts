/**
 * A replica of a global table for rehearsals: `replica-process.ts HOST PORT TABLE REGION`, in memory. It prints "ready",
 * then each write that was made here as a line of JSON, also the deletion of an expired item. It reads writes of other
 * regions as such lines, and prints `{ applied: n }` when the n-th of them is stored.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers/promises';
import { TABLE } from '../../contract.ts';
import { createDynamoDBClient, createTable } from '../client.ts';
import { makeReplica, type ReplicatedWrite } from './replica.ts';
import { createEmbeddedServer } from './server.ts';

const [host, port, table, region] = process.argv.slice(2);
if (!host || !port || !table || !region) throw new Error('usage: replica-process.ts HOST PORT TABLE REGION');

/** DynamoDB takes up to days. */
const EXPIRY_PAUSE_MS = 1_000;

let replica: ReturnType<typeof makeReplica> | undefined;
const server = createEmbeddedServer({
  extend: (store) => {
    const nowMicros = () => Math.floor((performance.timeOrigin + performance.now()) * 1_000);
    const onWrite = (write: ReplicatedWrite) => console.log(JSON.stringify(write));
    replica = makeReplica(store, { table, region, nowMicros, onWrite });
  },
});
server.listen(Number(port), host);
await once(server, 'listening');
const client = createDynamoDBClient({ endpoint: `http://${host}:${port}` });
await createTable(client, table);
client.destroy();
console.log('ready');
void (async () => {
  for await (const _ of setInterval(EXPIRY_PAUSE_MS, undefined, { ref: false }))
    await replica?.expire(TABLE.ttlAttribute);
})();

let applied = 0;
for await (const line of createInterface({ input: process.stdin })) {
  await replica?.apply(JSON.parse(line));
  console.log(JSON.stringify({ applied: ++applied }));
}
process.exit(0);
