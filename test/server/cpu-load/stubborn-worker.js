// A load thread that never comes to an end with the number 13.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (number) => {
  while (number === 13);
  parentPort.postMessage({ isPrime: true, processingTimeS: 0 });
});
