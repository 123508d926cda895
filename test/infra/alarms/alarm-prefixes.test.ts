import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alarmPrefixes, stackNames } from '../../../infra/contract.ts';
import { synthesize } from '../synthesize.ts';

describe('alarmPrefixes', () => {
  it('find every alarm of the synthesised stage by its name', () => {
    const { service, operations } = synthesize('dev');
    const prefixes = alarmPrefixes('dev');
    const names = [
      ...alarmNames(service.Resources, stackNames('dev').service),
      ...alarmNames(operations.Resources, stackNames('dev').operations),
    ];
    assert.ok(names.length > 20);
    const lost = names.filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
    assert.deepEqual(lost, []);
  });

  it('find no alarm of a stage whose name only begins the same', () => {
    const prefixes = alarmPrefixes('dev');
    for (const other of Object.values(stackNames('dev-2'))) {
      assert.ok(!prefixes.some((prefix) => `${other}-Alarm`.startsWith(prefix)), other);
    }
  });
});

type Resources = ReturnType<typeof synthesize>['service']['Resources'];

/** Names as they will be: the template's own, else the ones that CloudFormation makes of stack and logical id. */
function alarmNames(resources: Resources, stackName: string): readonly string[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => /CloudWatch::(Composite)?Alarm$/.test(Type))
    .map(([id, { Properties }]) => Properties.AlarmName ?? `${stackName}-${id}-1ABCDEFGHIJKL`);
}
