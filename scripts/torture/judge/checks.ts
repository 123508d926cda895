/** The checks of a report, from what the checkers found. */
import type { Check } from '../../drills/core/run-record.ts';
import type { Findings } from './checker.ts';
import type { KeyFindings } from './keyed-checker.ts';
import type { UserFindings } from './user-checker.ts';

/** What must hold for the records. */
export function recordChecks(findings: Findings, wanted: number): Check[] {
  const { requests, acknowledged, accepted, ambiguous, ambiguousStored } = findings;
  return [
    {
      check: 'requests are acknowledged',
      passed: acknowledged + accepted >= wanted,
      measured: `${acknowledged} acknowledged (201) and ${accepted} accepted (202) of ${requests}`,
      expected: `${wanted} or more`,
    },
    {
      check: 'the others are ambiguous',
      passed: acknowledged + accepted + ambiguous === requests,
      measured: `${ambiguous} refused or without an answer, ${ambiguousStored} of them are in the table`,
      expected: 'any number: their clients know that they must repeat',
    },
    none('acknowledged records are lost', findings.lost),
    none('records are doubled', findings.doubled),
    none('records are in the table that were never sent', findings.invented),
    none('requests end without an answer and with an open connection', findings.unanswered),
    none('answers are other than 201, 202 and 503', findings.unexpected),
    none('ids are given twice', findings.sharedIds),
    none('times of a writer do not increase', findings.outOfOrder),
    none('times are not those of the clock between request and answer', findings.wrongTimes),
  ];
}

/** What must hold for requests with an idempotency key. */
export function keyChecks({ requests, keys, acknowledged, ...found }: KeyFindings): Check[] {
  return [
    {
      check: 'keys are acknowledged',
      passed: acknowledged > 0,
      measured: `${acknowledged} of ${keys} keys, in ${requests} requests`,
      expected: '1 or more',
    },
    none('acknowledged keys are lost', found.lost),
    none('keys have two records', found.doubled),
    none('keys have answers with different records', found.different),
    none('answers to keyed requests are other than 201, 409 and 503', found.unexpected),
  ];
}

/** What must hold for users. */
export function userChecks({ requests, created, ...found }: UserFindings): Check[] {
  return [
    {
      check: 'users are created',
      passed: created > 0,
      measured: `${created} in ${requests} requests`,
      expected: '1 or more',
    },
    none('created users are lost', found.lost),
    none('names have two users', found.doubled),
    none('names are locked without a user', found.locked),
    none('answers to creations are other than 201, 409 and 503', found.unexpected),
  ];
}

/** Names the first few, so that they can be looked up in the history. */
export function none(what: string, found: readonly string[]): Check {
  const examples = found.length > 0 ? `: ${found.slice(0, 3).join(', ')}` : '';
  return { check: `no ${what}`, passed: found.length === 0, measured: `${found.length}${examples}`, expected: '0' };
}
