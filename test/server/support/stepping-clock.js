/** Loaded before a server process (`--import`): each SIGUSR2 steps its system clock an hour forward, then back. */
import process from 'node:process';

const { instant } = Temporal.Now;
let offset = Temporal.Duration.from({ hours: 0 });
Temporal.Now.instant = () => instant().add(offset);
process.on('SIGUSR2', () => {
  offset = Temporal.Duration.from({ hours: offset.hours === 0 ? 1 : 0 });
});
