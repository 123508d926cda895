/**
 * Loaded into a process by `--import`: its clock differs from the machine's by the milliseconds in a file, which is read
 * again every 20 ms. Plain JavaScript without imports of ours, because it runs before everything else. pm2's own
 * processes get the same options as the workers, but keep the machine's clock.
 */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';

const file = process.env.TORTURE_CLOCK;

if (file && (cluster.isWorker || !process.env.PM2_HOME)) {
  let offsetMs = 0;
  const read = () => {
    const text = readFileSync(file, 'utf8');
    // A file that is being replaced can be empty.
    if (text) offsetMs = Number(text);
  };
  read();
  setInterval(read, 20).unref();

  const realInstant = Temporal.Now.instant.bind(Temporal.Now);
  Temporal.Now.instant = () => realInstant().add({ milliseconds: offsetMs });

  const RealDate = Date;
  const now = () => RealDate.now() + offsetMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    apply: () => new RealDate(now()).toString(),
  });
}
