import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retainedResources } from '../../../scripts/stage/deletion/deletion.ts';

describe('retainedResources', () => {
  it('are those whose deletion policy keeps them, by the names they have in the account', () => {
    const template = {
      Resources: {
        Table: { Type: 'AWS::DynamoDB::GlobalTable', DeletionPolicy: 'Retain' },
        Volume: { Type: 'AWS::EC2::Volume', DeletionPolicy: 'Snapshot' },
        Group: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Delete' },
        Topic: { Type: 'AWS::SNS::Topic' },
      },
    };
    const deployed = Object.entries(template.Resources).map(([logicalId, { Type }]) => ({
      logicalId,
      type: Type,
      physicalId: `the-${logicalId}`,
    }));
    assert.deepEqual(retainedResources(template, deployed), [
      { logicalId: 'Table', type: 'AWS::DynamoDB::GlobalTable', physicalId: 'the-Table' },
      { logicalId: 'Volume', type: 'AWS::EC2::Volume', physicalId: 'the-Volume' },
    ]);
  });
});
