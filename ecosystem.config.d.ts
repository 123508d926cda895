/** What pm2 calls a process: https://pm2.keymetrics.io/docs/usage/application-declaration/ */
export const apps: readonly {
  readonly name: string;
  readonly merge_logs: boolean;
  readonly wait_ready: boolean;
  readonly listen_timeout: number;
  readonly kill_timeout: number;
}[];
