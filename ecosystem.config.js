/**
 * pm2's configuration, in production and for `npm run pm2`: one worker process per core, all on one port. pm2 reads
 * `apps` from this ES module and ignores a default export. Start pm2's daemon with NODE_CLUSTER_SCHED_POLICY=none, or
 * requests can stay unanswered when a worker is killed (docs/decisions/0043).
 */
import { availableParallelism } from 'node:os';

const workers = Number(process.env.WORKERS) || availableParallelism();

export const apps = [
  {
    name: 'stampede',
    script: 'dist/server.cjs',
    cwd: import.meta.dirname,
    // Constant memory use: the young generation has its full size (MB) from the start, so that few short-lived objects
    // are promoted. The old generation is collected after growing by 30 %, at no measurable cost (docs/decisions/0026).
    node_args: ['--min-semi-space-size=32', '--max-semi-space-size=32', '--heap-growing-percent=30'],
    exec_mode: 'cluster',
    instances: workers,
    // A worker counts as started when it sends "ready", once it is listening.
    wait_ready: true,
    listen_timeout: 20_000,
    // Above the server's own drain deadline (25 s), below systemd's stop timeout (40 s); a test compares them.
    kill_timeout: 30_000,
    // A worker that cannot start is restarted indefinitely with increasing delays, because the cause may be external.
    exp_backoff_restart_delay: 100,
    max_memory_restart: '512M',
    // The server's lines are JSON with a timestamp.
    merge_logs: true,
    env: {
      NODE_ENV: 'production',
      WORKERS: String(workers),
      ENV_FILE: process.env.ENV_FILE ?? '/etc/stampede/env',
    },
    source_map_support: false,
  },
];
