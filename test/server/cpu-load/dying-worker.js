// A load thread that exits on the number 13.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (number) => {
  if (number === 13) throw new Error('thirteen');
  parentPort.postMessage({ isPrime: true, processingTimeS: 0 });
});
