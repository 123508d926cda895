import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UserOutcome } from '../../../scripts/torture/history.ts';
import { type UserFindings, userFindingsOf } from '../../../scripts/torture/judge/user-checker.ts';

function answer(name: string, status: number, id?: string): UserOutcome {
  return { kind: 'user', name, sentMs: 0, endedMs: 1, status, ...(id && { id }) };
}

const CUT: UserOutcome = { kind: 'user', name: 'ada', sentMs: 0, endedMs: 1, error: 'ECONNRESET' };

const SOUND: UserFindings = { requests: 2, created: 1, lost: [], doubled: [], locked: [], unexpected: [] };

describe('the checker of users', () => {
  const ada = { name: 'ada', id: '1' };

  it('finds nothing wrong if each name has one user', () => {
    assert.deepEqual(userFindingsOf([answer('ada', 201, '1'), answer('ada', 409)], [ada]), SOUND);
  });

  it('leaves open which of two requests without an answer created the user', () => {
    assert.deepEqual(userFindingsOf([CUT, answer('ada', 409)], [ada]), { ...SOUND, created: 0 });
  });

  it('finds a lost user, also if another one has its name', () => {
    assert.deepEqual(userFindingsOf([answer('ada', 201, '1')], [{ name: 'ada', id: '2' }]).lost, ['ada']);
  });

  it('finds a name with two users in the table or in answers', () => {
    const twin = { name: 'ada', id: '2' };
    assert.deepEqual(userFindingsOf([answer('ada', 201, '1'), CUT], [ada, twin]), { ...SOUND, doubled: ['ada'] });
    assert.deepEqual(userFindingsOf([answer('ada', 201, '1'), answer('ada', 201, '2')], [ada]).doubled, ['ada']);
  });

  it('finds a name that is taken without a user', () => {
    assert.deepEqual(userFindingsOf([CUT, answer('ada', 409)], []).locked, ['ada']);
  });

  it('finds answers that a client cannot handle', () => {
    assert.deepEqual(userFindingsOf([answer('ada', 500)], [ada]).unexpected, ['500 ada']);
  });
});
