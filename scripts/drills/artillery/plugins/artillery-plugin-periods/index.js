import { writeSync } from 'node:fs';

/** File descriptor that the drill reads; artillery itself uses only the first three. */
const PERIODS_FD = 3;

/**
 * Plugin of artillery that reports each finished period (10 s) as a line of JSON. Artillery writes its own report only at
 * the end, but a drill must be able to stop while the load runs.
 */
export class Plugin {
  constructor() {
    reportPeriods(global.artillery.globalEvents);
  }

  cleanup(done) {
    done(null);
  }
}

/** Reports the periods of an event emitter of artillery. */
export function reportPeriods(events) {
  events.on('stats', ({ counters, summaries, firstCounterAt, lastCounterAt }) => {
    if (firstCounterAt === undefined) return;
    report(JSON.stringify({ firstCounterAt, lastCounterAt, counters, summaries }));
  });
}

/** Reports one line. If the drill was killed, artillery ends and stops its machines, as if the drill had ended it. */
export function report(line) {
  try {
    writeSync(PERIODS_FD, `${line}\n`);
  } catch (error) {
    if (error.code !== 'EPIPE') throw error;
    process.kill(process.pid, 'SIGTERM');
  }
}
