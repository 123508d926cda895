/** Requests computations: `cpu-load-process.ts URL PER_S SECONDS`. Prints when it sends each, in epoch milliseconds. */
import { setTimeout as sleep } from 'node:timers/promises';

const [url, perS, seconds] = process.argv.slice(2);
if (!url || !perS || !seconds) throw new Error('usage: cpu-load-process.ts URL PER_S SECONDS');

const endMs = performance.now() + Number(seconds) * 1_000;
while (performance.now() < endMs) {
  console.log(Date.now());
  fetch(url).then(
    (response) => response.body?.cancel(),
    () => undefined,
  );
  await sleep(1_000 / Number(perS));
}
