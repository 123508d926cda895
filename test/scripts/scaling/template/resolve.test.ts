// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of Fn::Sub.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseReference, referenceText } from '../../../../scripts/scaling/template/reference.ts';
import { type KnownValues, resolve } from '../../../../scripts/scaling/template/resolve.ts';
import { template } from './stage-example.ts';

const data = template('data', {
  Resources: { Table: { Type: 'AWS::DynamoDB::Table' } },
  Outputs: { Name: { Value: { Ref: 'Table' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Table' } } } },
});

const service = template('service', {
  Mappings: { Amis: { 'us-east-1': { ami: 'ami-east' } } },
  Parameters: { Ami: { Type: 'String', Default: 'ami-1' }, Secret: { Type: 'String' } },
  Resources: { Fleet: { Type: 'AWS::AutoScaling::AutoScalingGroup' }, Role: { Type: 'AWS::IAM::Role' } },
});

const resolved = (value: unknown, known: KnownValues = () => undefined) =>
  resolve(value, { template: service, templates: [data, service], logicalId: 'Fleet', known });

describe('resolve', () => {
  it('leaves plain values as they are, at any depth', () => {
    assert.deepEqual(resolved({ a: [1, 'two', { three: null }] }), { a: [1, 'two', { three: null }] });
  });

  it('turns references into text that names stack, resource and attribute', () => {
    assert.equal(resolved({ Ref: 'Fleet' }), '{{service/Fleet}}');
    assert.equal(resolved({ 'Fn::GetAtt': ['Role', 'Arn'] }), '{{service/Role.Arn}}');
    assert.equal(resolved({ 'Fn::GetAtt': 'Role.Arn' }), '{{service/Role.Arn}}');
  });

  it('puts known values in their place', () => {
    const known: KnownValues = (name) => ({ 'AWS::Region': 'eu-west-1', '{{service/Fleet}}': 'fleet-1' })[name];
    assert.equal(resolved({ 'Fn::Sub': '${Fleet} in ${AWS::Region}' }, known), 'fleet-1 in eu-west-1');
  });

  it('takes parameters from their defaults, or from the known values', () => {
    assert.equal(resolved({ Ref: 'Ami' }), 'ami-1');
    assert.equal(
      resolved({ Ref: 'Secret' }, (name) => (name === 'Secret' ? 'known' : undefined)),
      'known',
    );
  });

  it('drops what is set to no value', () => {
    assert.deepEqual(resolved({ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }), { b: [1] });
  });

  it('joins, splits and selects', () => {
    assert.equal(resolved({ 'Fn::Join': ['-', ['a', { Ref: 'Ami' }, 3]] }), 'a-ami-1-3');
    assert.equal(resolved({ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }), 'b');
  });

  it('substitutes variables, attributes and literals in texts', () => {
    const sub = ['${Name} ${Role.Arn} ${!Literal} ${AWS::Partition}', { Name: { Ref: 'Ami' } }];
    assert.equal(resolved({ 'Fn::Sub': sub }), 'ami-1 {{service/Role.Arn}} ${Literal} aws');
  });

  it('names the zones of the region', () => {
    assert.equal(resolved({ 'Fn::Select': [1, { 'Fn::GetAZs': '' }] }), 'us-east-1b');
    assert.equal(resolved({ 'Fn::Select': [0, { 'Fn::GetAZs': 'eu-west-1' }] }), 'eu-west-1a');
  });

  it('looks things up in maps', () => {
    const lookup = (key: unknown) => ({ 'Fn::FindInMap': ['Amis', key, 'ami'] });
    assert.equal(resolved(lookup({ Ref: 'AWS::Region' })), 'ami-east');
    assert.throws(() => resolved(lookup('mars-1')), /looks up 'mars-1', 'ami' in map Amis, which has no such entry/);
  });

  it('follows imports to the resource of the other stack', () => {
    assert.equal(resolved({ 'Fn::ImportValue': 'data:Table' }), '{{data/Table}}');
  });

  it('follows reads of outputs to the resource of the other stack', () => {
    const read = (name: string) => ({ 'Fn::GetStackOutput': { StackName: 'data', OutputName: name } });
    assert.equal(resolved(read('Name')), '{{data/Table}}');
    assert.throws(() => resolved(read('Nothing')), /reads output 'Nothing' of stack 'data', which no template/);
  });

  it('says who uses what it does not know', () => {
    assert.throws(() => resolved({ 'Fn::Transform': {} }), /service\/Fleet uses Fn::Transform/);
    assert.throws(() => resolved({ Ref: 'Nobody' }), /service\/Fleet refers to 'Nobody', which nothing defines/);
    assert.throws(() => resolved({ Ref: 'Secret' }), /'Secret', which has no default value/);
    assert.throws(() => resolved({ Ref: 'AWS::StackId' }), /uses AWS::StackId/);
    assert.throws(() => resolved({ 'Fn::GetAtt': ['Nobody', 'Arn'] }), /attribute of 'Nobody'/);
    assert.throws(() => resolved({ 'Fn::ImportValue': 'data:Nothing' }), /imports 'data:Nothing'/);
    assert.throws(() => resolved({ 'Fn::Join': ['', 'text'] }), /gives Fn::Join "text", expected a list/);
    assert.throws(() => resolved({ 'Fn::Join': ['', [{ a: 1 }]] }), /puts \{"a":1\} into a text/);
  });
});

describe('parseReference', () => {
  it('reads back what was written', () => {
    const references = [
      { stack: 'my-stack', logicalId: 'Table' },
      { stack: 's', logicalId: 'Role', attribute: 'Arn.Nested' },
    ];
    for (const reference of references) assert.deepEqual(parseReference(referenceText(reference)), reference);
  });

  it('takes no other text for a reference', () => {
    assert.equal(parseReference('arn:{{s/Role}}'), undefined);
    assert.equal(parseReference(undefined), undefined);
  });
});
