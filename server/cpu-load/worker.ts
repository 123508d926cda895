/** The thread that `load.ts` starts: for each number it posts whether it is prime and how long that took. */
import { parentPort } from 'node:worker_threads';
import { isPrime } from './prime.ts';

parentPort?.on('message', (number: number) => {
  const startedMs = performance.now();
  const prime = isPrime(number);
  parentPort?.postMessage({ isPrime: prime, processingTimeS: (performance.now() - startedMs) / 1_000 });
});
