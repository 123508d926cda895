import type { Mutation } from './mutation.ts';

/** The bugs that the simulation must find. Each is a defect that has been made somewhere, or that a refactoring invites. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the entry of a day is put without its condition, so that fewer shards replace more',
    file: 'dynamodb/day-index.ts',
    find: "ConditionExpression: 'attribute_not_exists(shards) OR shards < :shards',",
    replace: '',
  },
  {
    name: 'the entry of a day is not awaited before its first block is put',
    file: 'dynamodb/day-index.ts',
    find: 'await add(blockDay, deadline);',
    replace: 'void add(blockDay, deadline).catch(() => undefined);',
  },
  {
    name: 'answers before the write was acknowledged',
    file: 'timestamps/group-commit.ts',
    find: 'const stored = await this.#options.store.putBlock(block, deadlineMs);',
    replace: `void this.#options.store.putBlock(block, deadlineMs).catch(() => undefined);
      const stored: StoredBlock = { writeUnits: 1, state: 'stored' };`,
  },
  {
    name: 'an answer goes to the next request of its block',
    file: 'timestamps/group-commit.ts',
    find: 'settle(waiting[i] as Waiting, answers[i]);',
    replace: 'settle(waiting[i] as Waiting, answers[i + 1] ?? answers[i]);',
  },
  {
    name: 'the timer of the commit window is lost after its first use',
    file: 'timestamps/group-commit.ts',
    find: `    const afterWindow = () => {
      this.#isWindowTimerSet = false;`,
    replace: '    const afterWindow = () => {',
  },
  {
    name: 'a block of two days is stored under one',
    file: 'timestamps/group-commit.ts',
    find: 'Math.min(dayEnd(first.arrival.micros), first.arrival.micros + BLOCK_LIMITS.spanMicros + 1)',
    replace: 'first.arrival.micros + BLOCK_LIMITS.spanMicros + 1',
  },
  {
    name: 'the clock returns a time twice',
    file: 'timestamps/clock.ts',
    find: 'const micros = Math.max(now, last + 1);',
    replace: 'const micros = now;',
  },
  {
    name: 'a jump of the system clock forward is ignored',
    file: 'timestamps/clock.ts',
    find: 'byMicros <= CLOCK_JUMP_MICROS.forward && byMicros >= -CLOCK_JUMP_MICROS.backward',
    replace: 'byMicros >= -CLOCK_JUMP_MICROS.backward',
  },
  {
    name: 'a pause between the readings of the two clocks is not noticed',
    file: 'timestamps/system-time.ts',
    find: 'const widthMicros = (afterMs - beforeMs) * 1_000 + RESOLUTION_MICROS;',
    replace: 'const widthMicros = RESOLUTION_MICROS;',
  },
  {
    name: 'the time that a timestamp waited does not shorten the deadline of its write',
    file: 'timestamps/group-commit.ts',
    find: 'const deadlineMs = TIMEOUTS_MS.answer - (startMs - (waiting[0] as Waiting).sinceMs);',
    replace: 'const deadlineMs = TIMEOUTS_MS.answer;',
  },
  {
    name: 'an attempt without an answer is not given up',
    file: 'retry.ts',
    find: '      reject(late);\n      aborting.abort(late);',
    replace: '      if (timeoutMs < 0) aborting.abort(late);',
  },
  {
    name: 'a stored block is not compared, so that a repeated put of a stored block fails',
    file: 'dynamodb/timestamps.ts',
    find: 'if (await isConditionMet(stored)) return;',
    replace: "if (await isConditionMet(stored)) return;\n    throw new Error('the block exists');",
  },
  {
    name: 'a listing ends at a short page',
    file: 'dynamodb/timestamps.ts',
    find: 'more: LastEvaluatedKey !== undefined',
    replace: 'more: LastEvaluatedKey !== undefined && Items.length === limit',
  },
  {
    name: 'the name of a user is put without a condition',
    file: 'dynamodb/users.ts',
    find: 'if (!former) return { Item, ...IF_NEW };',
    replace: 'if (!former) return { Item };',
  },
  {
    name: 'a name of a user is not in the transaction',
    file: 'dynamodb/users.ts',
    find: '...names.map((name) => putName(name, id, abandoned)),',
    replace: '...names.slice(1).map((name) => putName(name, id, abandoned)),',
  },
  {
    name: 'a creation whose answer was lost finds its own user and is refused as a conflict',
    file: 'dynamodb/users.ts',
    find: 'if (ofUser !== undefined || ofNames.length === 0) return user;',
    replace: 'if (ofNames.length === 0) return user;',
  },
  {
    name: 'the last key of a block is not in its transaction',
    file: 'dynamodb/keyed-blocks.ts',
    find: 'const puts = [{ Item: toItem(item), ...IF_NEW }, ...keys];',
    replace: 'const puts = [{ Item: toItem(item), ...IF_NEW }, ...keys.slice(0, -1)];',
  },
  {
    name: 'a key is put without its condition',
    file: 'dynamodb/key-items.ts',
    find: "ConditionExpression: 'attribute_not_exists(pk) OR expires < :now',",
    replace: '',
  },
  {
    name: 'an expired key that DynamoDB has not deleted is still valid',
    file: 'dynamodb/key-items.ts',
    find: 'attribute_not_exists(pk) OR expires < :now',
    replace: 'attribute_not_exists(pk)',
  },
  {
    name: 'a repeated key is answered with the new record, which is not stored',
    file: 'dynamodb/keyed-blocks.ts',
    find: 'answers[place] = this.#firstResult(item, arrival, deadline);',
    replace: 'answers[place] = Promise.resolve(records[index] as TimestampRecord);',
  },
  {
    name: 'a key that was used with another request is answered with its record',
    file: 'dynamodb/key-items.ts',
    find: 'if (item.fingerprint !== fingerprint) throw keyReused();',
    replace: '',
  },
  {
    name: 'a key may be in use twice in a process',
    file: 'idempotency/key.ts',
    find: 'if (running !== undefined) throw',
    replace: 'if (running === null) throw',
  },
  {
    name: 'a creation of a user with a key that exists is refused as a conflict',
    file: 'dynamodb/users.ts',
    find: 'if (key && ofKey) return',
    replace: 'if (key === null) return',
  },
  {
    name: 'settledUntil has no margin for writes that take effect late',
    file: 'contract.ts',
    find: 'lateWrite: 10_000,',
    replace: 'lateWrite: 0,',
  },
  {
    name: 'settledUntil ignores what is spilled',
    file: 'timestamps/settled.ts',
    find: 'Math.min(present, complete)',
    replace: 'present',
  },
  {
    name: 'settledUntil of an eventually consistent read is 40 s earlier, also just after a drain',
    file: 'timestamps/settled.ts',
    find: 'const complete = tableCompleteUntil(behindMs);',
    replace: `const latest = tableCompleteUntil(0);
    const complete = latest === undefined ? undefined : latest - behindMs * 1_000;`,
  },
  {
    name: 'settledUntil of an eventually consistent read is 40 s before what was just heard of the other regions',
    file: 'timestamps/settled.ts',
    find: 'othersCompleteUntil(behindMs)',
    replace: '(othersCompleteUntil(0) ?? 0) - behindMs * 1_000',
  },
  {
    name: 'settledUntil ignores the other regions',
    file: 'timestamps/settled.ts',
    find: 'Math.min(ofThisRegion, others)',
    replace: 'ofThisRegion',
  },
  {
    name: 'a region says at once how far it is complete, although older blocks may replicate later',
    file: 'regions/watch.ts',
    find: 'settled.latest(REPLICATION_MS.spread)',
    replace: 'settled.latest(0)',
  },
  {
    name: 'a region that was heard of again after a pause is believed at once',
    file: 'regions/heartbeat.ts',
    find: 'now < catchUpUntil ? known?.completeUntil : completeUntil',
    replace: 'completeUntil',
  },
  {
    name: 'what was left of a pause when another one began is not waited for',
    file: 'regions/heartbeat.ts',
    find: 'now + left + (now - last)',
    replace: 'now + (now - last)',
  },
  {
    name: 'a short pause while the replication catches up with a long one is not waited for',
    file: 'regions/heartbeat.ts',
    find: 'left > 0 ? USUAL_MICROS : ON_TIME_MICROS',
    replace: 'ON_TIME_MICROS',
  },
  {
    name: 'a heartbeat from a clock that is ahead is never replaced',
    file: 'regions/watch.ts',
    find: 'completeUntil, sees }, before, CALL',
    replace: 'completeUntil, sees }, previous, CALL',
  },
  {
    name: 'a key that arrives from another region before its record is an error of the server',
    file: 'dynamodb/keyed-blocks.ts',
    find: 'if (this.#options.isReplicated) return notYetReplicated();',
    replace: '',
  },
  {
    name: 'regions with different numbers of shards share the entry of a day',
    file: 'dynamodb/day-index.ts',
    find: 'sk: region === undefined ? day :',
    replace: 'sk: region !== null ? day :',
  },
  {
    name: 'the drain deletes an object before its dead letter is written',
    file: 'spill/drain.ts',
    find: `    await bucket.create(deadKey(key), deadLetterText(text, reason, count), deadline());
    await bucket.delete(key, deadline());`,
    replace: `    await bucket.delete(key, deadline());
    await bucket.create(deadKey(key), deadLetterText(text, reason, count), deadline());`,
  },
  {
    name: 'the drain deletes what the table refuses',
    file: 'spill/drain.ts',
    find: 'if (error instanceof InvalidObjectError || isRefusal(error)) return refused(key, text, error);',
    replace:
      'if (error instanceof InvalidObjectError) return refused(key, text, error);\n      if (isRefusal(error)) await bucket.delete(key, deadline());',
  },
  {
    name: 'a block is answered 202 before the bucket has it',
    file: 'timestamps/durable-blocks.ts',
    find: 'await spill.putBlock(block, remainingMs() - shareMs);',
    replace: 'void spill.putBlock(block, remainingMs() - shareMs).catch(() => undefined);',
  },
  {
    name: 'the drain deletes an object before the table has its block',
    file: 'spill/drain.ts',
    find: 'const { writeUnits } = await table.putBlock(block, CALL_DEADLINE_MS);',
    replace: `await bucket.delete(key, deadline());
      const { writeUnits } = await table.putBlock(block, CALL_DEADLINE_MS);`,
  },
  {
    name: 'the drain does not wait for the put before it deletes the object',
    file: 'spill/drain.ts',
    find: 'const { writeUnits } = await table.putBlock(block, CALL_DEADLINE_MS);',
    replace: `void table.putBlock(block, CALL_DEADLINE_MS).catch(() => undefined);
      const writeUnits = 1;`,
  },
  {
    name: 'the drain ends after its first failed round',
    file: 'spill/drainer.ts',
    find: 'isFailing = true;',
    replace: 'isStopped = true;',
  },
];
