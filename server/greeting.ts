import type { Config } from './config.ts';
import { TIMESTAMPS_PATH } from './contract.ts';

/** What a person reads who has started the server on a terminal: its address, a first request, and where the data are. */
export function greeting({ host, tableName, dataDir }: Pick<Config, 'host' | 'tableName' | 'dataDir'>, port: number) {
  const name = host === undefined || ANY_ADDRESS.includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${port}`;
  const data = tableName === undefined ? `the embedded database in ${dataDir}` : `the table ${tableName}`;
  return [
    '',
    `  Stampede answers at ${url}/`,
    `  Record a timestamp:  curl -X POST ${url}${TIMESTAMPS_PATH}`,
    `  It is stored in ${data}. Press Ctrl-C to stop.`,
    '',
  ].join('\n');
}

const ANY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];
