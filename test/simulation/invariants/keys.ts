import { ServiceError } from '../../../server/errors.ts';
import type { Recording } from '../actors/recording.ts';
import type { Registration } from '../actors/registering.ts';
import { storedLines } from '../aws/stored-lines.ts';
import { partitionOfKey, type World } from '../world.ts';

/**
 * Requests with one key lead to at most one record, which is that of a request with the same content. Each of them that
 * was acknowledged was answered with this record. Two regions may both have a record, if neither knew of the key of the
 * other. `last` are requests that were sent after all faults had ended: they are answered alike.
 */
export function checkKeys(world: World, recordings: readonly Recording[], last: readonly Recording[]): void {
  const stored = new Set(storedLines(world.home.database.table).map(({ trace }) => trace));
  for (const [key, ofKey] of Map.groupBy(recordings, (recording) => recording.key?.text)) {
    if (key === undefined) continue;
    const firsts = ofKey.filter(({ trace }) => stored.has(trace));
    for (const [index, first] of firsts.entries())
      for (const second of firsts.slice(index + 1))
        if (isKnown(world, key, first, second))
          world.violate('keys', `the key ${key} led to the records of …${first.trace} and …${second.trace}`);
    const ids = new Set(
      last.filter((recording) => ofKey.includes(recording)).flatMap(({ record }) => record?.id ?? []),
    );
    if (ids.size > 1) world.violate('keys', `the key ${key} is answered at the end with ${[...ids].join(' and ')}`);
    for (const recording of ofKey) {
      const problem = problemOf(recording, firsts, ofKey);
      if (problem !== undefined) world.violate('keys', `…${recording.trace} with the key ${key} ${problem}`);
    }
  }
  for (const { trace, key, error, answeredMicros } of last) {
    const isOther = error instanceof ServiceError && error.code === 'key-reused';
    if (answeredMicros === undefined || (error !== undefined && !isOther))
      world.violate('keys', `…${trace} repeats the key ${key?.text} without faults, and the answer is ${error}`);
  }
}

/** Whether the second of two requests that led to records came when its region had the key of the first, or vice versa. */
function isKnown({ regions, replication }: World, key: string, ...pair: readonly [Recording, Recording]): boolean {
  const [one, other] = pair.map(({ process }) => regions.indexOf(process.region));
  if (one === other) return true;
  const pk = partitionOfKey(key);
  return pair.some(({ arrivedMicros = 0, process }) => {
    const knownMicros = replication.arrivedMicros(regions.indexOf(process.region), pk) ?? Number.POSITIVE_INFINITY;
    return arrivedMicros > knownMicros;
  });
}

function problemOf(
  { record, error, key, process, trace }: Recording,
  firsts: readonly Recording[],
  ofKey: readonly Recording[],
): string | undefined {
  if (record !== undefined) {
    const answered = record.traceId.slice(-24);
    const first = firsts.find((other) => other.trace === answered);
    if (!first) return `was answered with …${answered}, but ${firsts.map((other) => other.trace)} is stored`;
    if (record.micros !== first.micros) return `was answered with the time ${record.micros}, not ${first.micros}`;
    if (first.key?.content !== key?.content) return `was answered with …${answered}, a request with other content`;
    const others = ofKey.flatMap((other) => (other.record?.traceId === record.traceId ? other.record.id : []));
    if (others.some((id) => id !== record.id)) return `was answered with ${record.id}, and others with ${others}`;
  }
  if (error !== undefined && !(error instanceof ServiceError)) return `failed with ${error}`;
  const others = ofKey.filter((other) => other.trace !== trace);
  if (error instanceof ServiceError && error.code === 'key-reused')
    if (others.every((other) => other.key?.content === key?.content)) return 'was refused, but has no other content';
  if (error instanceof ServiceError && error.code === 'key-in-use')
    if (others.every((other) => other.process !== process)) return `is alone in ${process.name} and was refused`;
  return undefined;
}

/** Creations with one key lead to at most one user, and each is answered with it. */
export function checkKeysOfUsers(world: World, registrations: readonly Registration[], userIds: Set<string>): void {
  for (const [key, ofKey] of Map.groupBy(registrations, (registration) => registration.key)) {
    if (key === undefined) continue;
    const [first, second] = ofKey.filter(({ userId }) => userId !== undefined && userIds.has(userId));
    if (first !== undefined && second !== undefined)
      world.violate('keys', `the key ${key} led to the users ${first.userId} and ${second.userId}`);
    for (const { user, error, username, email } of ofKey) {
      const isSame = first !== undefined && first.username === username && first.email === email;
      if (user !== undefined && (user.id !== first?.userId || !isSame))
        world.violate('keys', `${username} ${email} with the key ${key} was answered with ${user.id}`);
      if (isSame && error instanceof ServiceError && error.code === 'conflict')
        world.violate('keys', `${username} ${email} was refused as taken, and was created with the key ${key}`);
    }
  }
}
