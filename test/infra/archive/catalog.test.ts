import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TIMESTAMPS_QUERY } from '../../../infra/archive/queries.ts';
import { encodeBlock } from '../../../server/timestamps/block.ts';
import { CERTIFICATE, resourcesOf, synthesize, theResource } from '../synthesize.ts';

const { data } = synthesize('prod-eu', { certificateArn: CERTIFICATE });
const [exports, view] = resourcesOf('AWS::Glue::Table', data).map(({ Properties }) => Properties.TableInput);

describe('the catalog of the archive', () => {
  it('has a table whose partitions are days, and are calculated', () => {
    assert.deepEqual([exports.Name, exports.PartitionKeys[0].Name], ['exports', 'day']);
    const { 'storage.location.template': template, ...projection } = exports.Parameters;
    assert.equal(projection['projection.enabled'], 'true');
    assert.match(JSON.stringify(template), /\/exports\/day=\$\{day\}\/"/);
  });

  it('has the attributes of a block that the view reads, in items of full and of incremental exports', () => {
    const columns: { Name: string; Type: string }[] = exports.StorageDescriptor.Columns;
    assert.deepEqual(
      columns.map(({ Name }) => Name),
      ['item', 'newimage'],
    );
    const read = new Set(Array.from(TIMESTAMPS_QUERY.matchAll(/\bimage\.(\w+)\./g), ([, name]) => name));
    const item = encodeBlock({
      shard: 1,
      writer: 'k3f9a2v0',
      sequence: 1,
      instance: 'i-1',
      region: 'eu-west-1',
      errorMicros: 1,
      arrivals: [
        { micros: 1, traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e', clientAddress: '::1', protocol: 'https' },
      ],
    });
    const names = new Set(Object.keys(item).map((name) => name.toLowerCase()));
    for (const { Type } of columns)
      for (const name of read) {
        assert.match(Type, new RegExp(`[<,]${name}:struct<`));
        assert.ok(names.has(String(name)), `blocks have no attribute ${name}`);
      }
    assert.ok(read.size >= 6);
  });

  it('has a view in the form in which Athena stores it', () => {
    const [, encoded = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(view.ViewOriginalText) ?? [];
    const stored = JSON.parse(Buffer.from(encoded, 'base64').toString());
    assert.deepEqual([stored.originalSql, stored.catalog], [TIMESTAMPS_QUERY, 'awsdatacatalog']);
    assert.deepEqual([view.TableType, view.Parameters['presto_view']], ['VIRTUAL_VIEW', 'true']);
    assert.deepEqual(
      stored.columns.map(({ name, type }: { name: string; type: string }) => [name, type.replace('varchar', 'string')]),
      view.StorageDescriptor.Columns.map(({ Name, Type }: { Name: string; Type: string }) => [Name, Type]),
    );
  });

  it('names the database without dashes, which Athena accepts only in quotes', () => {
    const { Properties: database } = theResource('AWS::Glue::Database', data);
    assert.equal(database.DatabaseInput.Name, 'stampede_prod_eu');
  });

  it('has a workgroup that encrypts answers, and limits what a query reads to 200 GB', () => {
    const { WorkGroupConfiguration: workgroup } = theResource('AWS::Athena::WorkGroup', data).Properties;
    assert.equal(workgroup.EnforceWorkGroupConfiguration, true);
    assert.equal(workgroup.BytesScannedCutoffPerQuery, 200_000_000_000);
    assert.equal(workgroup.ResultConfiguration.EncryptionConfiguration.EncryptionOption, 'SSE_KMS');
  });

  it('has named queries, each of which reads exports from a day on', () => {
    const queries = resourcesOf('AWS::Athena::NamedQuery', data).map(({ Properties }) => Properties);
    assert.deepEqual(queries.map(({ Name }) => Name).toSorted(), ['gaps', 'per client', 'per minute']);
    for (const { QueryString } of queries)
      assert.match(QueryString, /FROM "stampede_prod_eu"\."exports" WHERE day >= '/);
  });
});
