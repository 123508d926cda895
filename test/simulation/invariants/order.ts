import type { Recording } from '../actors/recording.ts';
import type { World } from '../world.ts';

/** The times of a process strictly increase, and no two records have the same id. */
export function checkOrder(world: World, recordings: readonly Recording[]): void {
  const ids = new Map<string, Recording>();
  for (const recording of recordings) {
    const { record, trace, key } = recording;
    if (record === undefined) continue;
    const other = ids.get(record.id);
    if (other !== undefined && (key === undefined || other.key?.text !== key.text))
      world.violate('order', `the requests …${other.trace} and …${trace} both have the id ${record.id}`);
    ids.set(record.id, recording);
  }
  const arrived = recordings.filter(({ micros }) => micros !== undefined);
  for (const [process, ofProcess] of Map.groupBy(arrived, (recording) => recording.process)) {
    const inOrder = ofProcess.toSorted((one, other) => Number(one.arrival) - Number(other.arrival));
    for (const [index, { micros = 0, trace }] of inOrder.entries()) {
      const before = inOrder[index - 1]?.micros ?? 0;
      if (micros <= before) world.violate('order', `${process.name} gave …${trace} the time ${micros} after ${before}`);
    }
  }
}
