import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { App } from 'aws-cdk-lib';
import { givenAmi } from '../../infra/ami.ts';
import { readSettings } from '../../infra/settings/read.ts';
import { addStampede } from '../../infra/stampede.ts';
import { missingSettings, tableSettingsOf } from '../../scripts/restore/settings.ts';
import { CERTIFICATE, type Overrides, type Template } from './synthesize.ts';

const RESTORED = 'stampede-prod-20261127-031500';
const outdir = mkdtempSync(join(tmpdir(), 'table-import-'));
after(() => rmSync(outdir, { recursive: true }));

/** The template of the data stack of prod, as it is synthesised with the stacks that import from it. */
function dataTemplate(overrides: Overrides, withoutTable = false): Template {
  const values: Overrides = { certificateArn: CERTIFICATE, archive: 'true', retentionDays: '90', ...overrides };
  const settings = readSettings('prod', (name) => values[name]);
  const app = new App({ outdir: mkdtempSync(join(outdir, 'out-')) });
  const { data } = addStampede(app, { stage: 'prod', settings, ami: givenAmi('ami-0123456789abcdef0'), withoutTable });
  return app.synth().getStackByName(data.stackName).template;
}

const restored = dataTemplate({ tableName: RESTORED });
const leftOut = dataTemplate({ tableName: RESTORED }, true);
const own = dataTemplate({});

const tablesOf = ({ Resources }: Template) =>
  Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::DynamoDB::GlobalTable');
const [[tableId = '', table] = []] = tablesOf(own);

describe('a restored table becomes the table of the stack', () => {
  it('first, the old table leaves the stack and is retained', () => {
    assert.equal(restored.Resources[tableId]?.DeletionPolicy, 'Retain');
    assert.deepEqual(tablesOf(leftOut), []);
  });

  it('then cdk import adds the table, and nothing else: it accepts no other change of a resource', () => {
    const { [tableId]: added, ...others } = restored.Resources;
    assert.deepEqual(others, leftOut.Resources);
    assert.deepEqual(added, table);
  });

  it('keeps the exports that the other stacks import, which CloudFormation would not remove', () => {
    const exportsOf = ({ Outputs = {} }: Template) => Object.keys(Outputs).filter((name) => /^Exports/.test(name));
    const ofTable = exportsOf(restored).filter((name) => name.includes(tableId));
    assert.equal(ofTable.length, 2);
    assert.deepEqual(
      exportsOf(leftOut),
      exportsOf(restored).filter((name) => !ofTable.includes(name)),
    );
    assert.ok(exportsOf(leftOut).length > 5);
    // The stage was deployed with tableName, so nothing imports the name of the old table any more.
    assert.doesNotMatch(readFileSync('docs/operate.md', 'utf8'), /only=data.*tableName/);
  });

  it('is compared by npm run deploy with the table in use: the outputs have the names of both', () => {
    const { TableName, ...exports } = restored.Outputs ?? {};
    assert.equal(TableName?.Value, RESTORED);
    const [name = ''] = Object.keys(exports).filter((each) => each.startsWith(`ExportsOutputRef${tableId}`));
    assert.deepEqual(exports[name]?.Value, own.Outputs?.['TableName']?.Value);
    assert.deepEqual(exports[name]?.Value, { Ref: tableId });
  });

  it('is imported as the logical id that the stage always had, by the name that the mapping file has', () => {
    const guide = readFileSync('docs/operate.md', 'utf8');
    assert.ok(guide.includes(`{ "${tableId}": { "TableName": "<table>" } }`), `expected ${tableId} in docs/operate.md`);
    const [type] = loadAwsServiceSpecSync().lookup('resource', 'cloudFormationType', 'equals', table?.Type ?? '');
    assert.deepEqual(type?.primaryIdentifier, ['TableName']);
  });

  it('has no name in the template, so that a later deployment does not replace it', () => {
    assert.equal(table?.Properties.TableName, undefined);
    assert.equal(table?.DeletionPolicy, 'Retain');
  });

  it('has the settings of the template already: the restore sets them', () => {
    const before = tableSettingsOf(JSON.stringify(own));
    const after = tableSettingsOf(JSON.stringify(restored));
    assert.deepEqual(missingSettings(before.settings, after.settings), []);
    assert.equal(after.regions, 1);
  });

  it('is not left out while the stage uses it, nor while it has replicas', () => {
    assert.throws(
      () => dataTemplate({}, true),
      /withoutTable leaves the table out, but the stage uses it\. Use -c tableN/,
    );
    const pair = {
      ...{ tableName: RESTORED, regions: 'eu-west-1,eu-central-1', certificateArn: '' },
      ...{ domainName: 'stampede.example.org', hostedZoneId: 'Z0123456789', hostedZoneName: 'example.org' },
    };
    assert.throws(
      () => dataTemplate(pair, true),
      /but regions is eu-west-1,eu-central-1: expected a stage in one region/,
    );
  });
});
