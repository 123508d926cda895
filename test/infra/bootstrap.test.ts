import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { App, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { DEFAULT_QUALIFIER } from '../../infra/contract.ts';
import { deployStatements } from '../../infra/operations/deploy-statements.ts';
import { readSettings } from '../../infra/settings/read.ts';
import { StageStack } from '../../infra/stage-stack.ts';

/** The qualifiers in names of resources of `cdk bootstrap`. */
function qualifiersIn(value: unknown): string[] {
  const names = JSON.stringify(value).matchAll(/cdk-(?:bootstrap\/)?([a-z0-9]+)[-/]/g);
  return [...names].map(([, qualifier = '']) => qualifier);
}

describe('the setting bootstrapQualifier', () => {
  it('is by default the qualifier of CDK', () => {
    assert.equal(DEFAULT_QUALIFIER, DefaultStackSynthesizer.DEFAULT_QUALIFIER);
    assert.equal(readSettings('dev').bootstrapQualifier, DEFAULT_QUALIFIER);
  });

  it('chooses the roles, the bucket and the version that cdk deploy uses', () => {
    const app = new App({ analyticsReporting: false });
    const settings = readSettings('dev', (name) => (name === 'bootstrapQualifier' ? 'stampdev' : undefined));
    new StageStack(app, 'example', { stage: 'dev', settings });
    const { manifest } = app.synth().getStackByName('example');
    const { properties } = manifest;
    assert.ok(properties && 'bootstrapStackVersionSsmParameter' in properties);
    // npm run plan and npm run deploy check this parameter.
    assert.equal(properties.bootstrapStackVersionSsmParameter, '/cdk-bootstrap/stampdev/version');
    const found = qualifiersIn(manifest);
    assert.ok(found.length >= 5, JSON.stringify(manifest));
    assert.deepEqual(new Set(found), new Set(['stampdev']));
  });

  it('chooses the roles and the version that the pipeline may use', () => {
    const statements = deployStatements('dev', 'stampdev', ['eu-west-1']).map((statement) =>
      statement.toStatementJson(),
    );
    const found = qualifiersIn(statements);
    assert.equal(found.length, 4, 'three roles and a parameter');
    assert.deepEqual(new Set(found), new Set(['stampdev']));
  });
});
