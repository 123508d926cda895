/**
 * How pm2 runs the server, in production and by `npm run pm2`: one worker per core, each a process of its own behind one
 * port. pm2 reads `apps` from this ES module (a default export it ignores).
 */
import { availableParallelism } from 'node:os';

const workers = Number(process.env.WORKERS) || availableParallelism();

export const apps = [
  {
    name: 'stampede',
    script: 'dist/server.cjs',
    cwd: import.meta.dirname,
    // Memory is flat: V8's young generation has its full size (MB) from the start, so that little is promoted that soon
    // dies, and the old one is collected when it has grown by 30 %, not to a multiple, which costs no CPU one could measure.
    node_args: ['--min-semi-space-size=16', '--max-semi-space-size=16', '--heap-growing-percent=30'],
    exec_mode: 'cluster',
    instances: workers,
    // A worker counts as started when it sends "ready": it has reached its table and listens.
    wait_ready: true,
    listen_timeout: 20_000,
    // Above the server's own drain deadline (25 s), below systemd's stop timeout (40 s); a test compares them.
    kill_timeout: 30_000,
    // A worker that cannot start is retried with growing delays, without end: the cause may be outside.
    exp_backoff_restart_delay: 100,
    max_memory_restart: '512M',
    // The server's lines are JSON with a time of their own.
    merge_logs: true,
    env: {
      NODE_ENV: 'production',
      WORKERS: String(workers),
      ENV_FILE: process.env.ENV_FILE ?? '/etc/stampede/env',
    },
    source_map_support: false,
  },
];
