import { Aws } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RESULTS_PREFIX } from './bucket.ts';
import { IMAGE_TYPE, IMAGES, TIMESTAMP_COLUMNS } from './export-columns.ts';
import { EXPORTS_PREFIX } from './export-definition.ts';
import { EXAMPLE_DAY, fromDay, QUERIES, TIMESTAMPS_QUERY } from './queries.ts';

export interface CatalogProps {
  readonly stage: string;
  readonly bucket: IBucket;
  readonly key: Key;
}

/** Bytes that one query may read: 200 GB, for which Athena bills 1 USD. */
const MAX_BYTES = 200e9;

/** What Athena needs to query the exports: a table over them, a view of the timestamps, a workgroup, named queries. */
export class Catalog extends Construct {
  constructor(scope: Construct, id: string, { stage, bucket, key }: CatalogProps) {
    super(scope, id);
    // Athena accepts dashes in names only in quotes.
    const name = `stampede_${stage.replaceAll('-', '_')}`;
    const database = new CfnDatabase(this, 'Database', { catalogId: Aws.ACCOUNT_ID, databaseInput: { name } });
    const common = { catalogId: Aws.ACCOUNT_ID, databaseName: name };
    const exports = new CfnTable(this, 'Exports', { ...common, tableInput: exportsTable(bucket) });
    const view = new CfnTable(this, 'Timestamps', { ...common, tableInput: timestampsView(name) });
    for (const table of [exports, view]) table.addResourceDependency(database);
    const workgroup = new CfnWorkGroup(this, 'Workgroup', {
      name: `stampede-${stage}`,
      description: `Queries over the archive of stage ${stage}`,
      // Deletes the history of its queries with it; their results expire in any case.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: MAX_BYTES,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${bucket.bucketName}/${RESULTS_PREFIX}/`,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
    for (const [title, query] of Object.entries(QUERIES)) {
      const named = new CfnNamedQuery(this, `Query-${title.replaceAll(' ', '-')}`, {
        name: title,
        database: name,
        workGroup: workgroup.name,
        queryString: fromDay(query, name, EXAMPLE_DAY),
      });
      named.addResourceDependency(workgroup);
    }
  }
}

/**
 * The table over the exports. Its partitions are calculated, not listed in the catalog. A partition also has manifests and
 * checksums of its exports: their lines have no item, or are not JSON, and give rows without one.
 */
function exportsTable(bucket: IBucket): CfnTable.TableInputProperty {
  const location = `s3://${bucket.bucketName}/${EXPORTS_PREFIX}/`;
  return {
    name: 'exports',
    description: 'Lines of the exports. The view timestamps is made for people',
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'day', type: 'string', comment: 'the UTC day whose changes were exported' }],
    parameters: {
      EXTERNAL: 'TRUE',
      classification: 'json',
      'projection.enabled': 'true',
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      'projection.day.range': '2026-11-01,NOW',
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'storage.location.template': `${location}day=\${day}/`,
    },
    storageDescriptor: {
      columns: IMAGES.map((image) => ({ name: image.toLowerCase(), type: IMAGE_TYPE })),
      location,
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        parameters: { 'case.insensitive': 'TRUE', 'ignore.malformed.json': 'TRUE' },
      },
    },
  };
}

/** A view as Athena stores it: its query and columns as Base64 in a comment. */
function timestampsView(database: string): CfnTable.TableInputProperty {
  const columns = Object.entries(TIMESTAMP_COLUMNS).map(([name, type]) => ({ name, type }));
  const stored = { originalSql: TIMESTAMPS_QUERY, catalog: 'awsdatacatalog', schema: database, columns };
  return {
    name: 'timestamps',
    description: 'One row per timestamp',
    tableType: 'VIRTUAL_VIEW',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(stored)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storageDescriptor: {
      columns: columns.map(({ name, type }) => ({ name, type: type === 'varchar' ? 'string' : type })),
      location: '',
      serdeInfo: {},
    },
  };
}
