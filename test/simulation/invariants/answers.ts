import { TIMEOUTS_MS } from '../../../server/contract.ts';
import type { Recording } from '../actors/recording.ts';
import type { World } from '../world.ts';

/** A timer of the group commit, and an iteration of the event loop, may end after the deadline. */
const TOLERANCE_MICROS = 100_000;

/** Every answer is that of its own request (with a key: `keys.ts`), and comes within the deadline. */
export function checkAnswer(world: World, recording: Recording): void {
  const { record, trace, process, arrivedMicros = 0, answeredMicros = 0, pausedMicros } = recording;
  const isRepeatable = recording.key !== undefined;
  if (!isRepeatable && record !== undefined && record.traceId.slice(-24) !== trace)
    world.violate('answers', `the request …${trace} was answered with the record of ${record.traceId}`);
  if (!isRepeatable && record !== undefined && record.micros !== recording.micros)
    world.violate('answers', `the request …${trace} arrived at ${recording.micros} and was answered ${record.micros}`);
  const tookMicros = answeredMicros - arrivedMicros - (process.pausedMicros - pausedMicros);
  if (tookMicros > TIMEOUTS_MS.answer * 1_000 + TOLERANCE_MICROS)
    world.violate('answers', `the request …${trace} was answered after ${tookMicros / 1_000} ms`);
}

/** No request of a process that still runs is without an answer at the end. */
export function checkAllAnswered(world: World, recordings: readonly Recording[]): void {
  for (const { answeredMicros, arrivedMicros, process, trace } of recordings) {
    if (answeredMicros === undefined && arrivedMicros !== undefined && !process.hasEnded)
      world.violate('answers', `the request …${trace} to ${process.name} was never answered`);
  }
}
