import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { scanItems } from '../support/stored.ts';
import { inRegion, replicate, startTwoRegions } from './two-regions.ts';

interface Listed {
  readonly id: string;
  readonly region?: string;
}

const json = { headers: { accept: 'application/json' } };

async function post(url: string): Promise<Listed> {
  const response = await fetch(`${url}/app`, { ...json, method: 'POST' });
  assert.equal(response.status, 201);
  return (await response.json()) as Listed;
}

async function text(url: string, accept: string): Promise<string> {
  return (await fetch(url, { headers: { accept } })).text();
}

/** All pages, each from another server than the one before. */
async function listInPages(urls: readonly string[]): Promise<Listed[]> {
  const found: Listed[] = [];
  let path: string | undefined = '/app?limit=3&consistent=true';
  for (let page = 0; path !== undefined; page++) {
    const response = await fetch(`${urls[page % urls.length]}${path}`, json);
    assert.equal(response.status, 200);
    const body = (await response.json()) as { timestamps: Listed[]; next?: string };
    found.push(...body.timestamps);
    path = body.next;
  }
  return found;
}

describe('records of two regions', async () => {
  const { home, other, database, otherDatabase } = await startTwoRegions({ shards: ['16', '2'] });
  const recorded: Listed[] = [];
  for (let i = 0; i < 12; i++) recorded.push(await post(i % 3 === 0 ? other.url : home.url));

  it('name the region that wrote them, also in the table', async () => {
    assert.equal(recorded[0]?.region, 'eu-central-1');
    assert.equal(recorded[1]?.region, 'eu-west-1');
    const blocks = (await scanItems(database)).filter(({ lines }) => lines !== undefined);
    assert.ok(blocks.length > 0 && blocks.every(({ region }) => region === 'eu-west-1'));
  });

  it('are listed by both regions after replication, with cursors of either, although their shards differ', async () => {
    // The entry of the day was written last in the region with fewer shards.
    await replicate(otherDatabase, database);
    await replicate(database, otherDatabase);
    const expected = recorded.toReversed();
    for (const urls of [[home.url], [other.url], [home.url, other.url], [other.url, home.url]])
      assert.deepEqual(await listInPages(urls), expected);
  });

  it('name the region on pages and in CSV', async () => {
    const [header, first] = (await text(`${home.url}/app`, 'text/csv')).split('\r\n');
    assert.match(header ?? '', /,errorMicros,region$/);
    assert.match(first ?? '', /,eu-(west|central)-1$/);
    assert.match(await text(`${home.url}/app`, 'text/html'), /<small class="quiet">eu-central-1<\/small>/);
    assert.match(await text(other.url, 'text/html'), /<dd class="client">eu-central-1<\/dd>/);
  });
});

describe('a record with an Idempotency-Key', async () => {
  const { home, other, database, otherDatabase } = await startTwoRegions({ shards: ['1', '1'] });
  const postWithKey = (url: string) =>
    fetch(`${url}/app`, { method: 'POST', headers: { ...json.headers, 'idempotency-key': '"a-key"' } });
  const first = (await (await postWithKey(home.url)).json()) as Listed;

  it('is answered in the other region once it was replicated, and with 503 until then', async () => {
    const isKey = (pk: string) => pk.startsWith('key#');
    await replicate(database, otherDatabase, isKey);
    const early = await postWithKey(other.url);
    assert.equal(early.status, 503);
    assert.equal(early.headers.get('retry-after'), '1');
    await replicate(database, otherDatabase);
    const answer = await postWithKey(other.url);
    assert.deepEqual([answer.status, await answer.json()], [201, first]);
  });
});

describe('records of a stage that becomes one of several regions', async () => {
  const database = await startDatabase();
  const alone = await startService(database, { TABLE_SHARDS: '16' });
  const together = await startService(database, inRegion('eu-west-1', { TABLE_SHARDS: '1' }));
  const recorded: Listed[] = [];
  for (const { url } of [alone, alone, together, alone, together]) recorded.push(await post(url));

  it('are listed by servers of before and after, while both run, although their shards differ', async () => {
    for (const { url } of [alone, together]) assert.deepEqual(await listInPages([url]), recorded.toReversed());
  });
});

describe('records of a stage with one region', async () => {
  const database = await startDatabase();
  const service = await startService(database);
  const record = await post(service.url);

  it('name no region, neither in answers nor in the table', async () => {
    assert.ok(!('region' in record));
    assert.match(await text(`${service.url}/app`, 'text/csv'), /,errorMicros\r\n/);
    assert.doesNotMatch(await text(`${service.url}/app`, 'application/json'), /region/);
    for (const item of await scanItems(database)) assert.ok(!('region' in item) && !String(item['sk']).includes('eu-'));
  });
});
