import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../server/errors.ts';

describe('an error that clients can see', () => {
  it('collects no stack, which takes longer than the rest of a refusal', () => {
    assert.doesNotMatch(new ServiceError('overloaded', 'busy').stack ?? '', /\n\s+at /);
  });

  it('has a stack if it has a cause, because then it is logged', () => {
    const error = new ServiceError('unavailable', 'not stored', { cause: new Error('refused') });
    assert.match(error.stack ?? '', /\n\s+at .*errors\.test/);
  });

  it('leaves the stacks of other errors as they are', () => {
    new ServiceError('overloaded', 'busy');
    assert.match(new Error('other').stack ?? '', /\n\s+at .*errors\.test/);
  });
});
