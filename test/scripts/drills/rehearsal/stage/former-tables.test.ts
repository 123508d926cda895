import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutFormerTables } from '../../../../../scripts/drills/rehearsal/stage/former-tables.ts';

it('only instances that were launched with a former table may be refused it', () => {
  const right = (instance: string, table: string, allowed = false) => {
    const resource = `arn:aws:dynamodb:eu-west-1:123456789012:table/${table}`;
    return { instance, action: 'dynamodb:PutItem', resource, allowed };
  };
  const former = new Map([['lost', ['i-old']]]);
  const kept = [right('i-new', 'lost'), right('i-old', 'restored'), right('i-old', 'lost', true)];
  assert.deepEqual(withoutFormerTables([right('i-old', 'lost'), ...kept], former), kept);
});
