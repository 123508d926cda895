// A load thread that loops forever on the number 13.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (number) => {
  while (number === 13);
  parentPort.postMessage({ isPrime: true, processingTimeS: 0 });
});
