import type { Table } from './table.ts';

/** A timestamp in the table. */
export interface StoredLine {
  readonly micros: number;
  /** The 24 hexadecimal digits of the trace id, which every simulated request has for itself. */
  readonly trace: string;
  readonly writer: string;
  readonly item: string;
}

const BLOCK_KEY = /^\d{4}-\d{2}-\d{2}#\d{2,}$/;

/** The timestamps in the table, read without the code of the server, in the order of the table. */
export function storedLines(table: Table): StoredLine[] {
  const stored: StoredLine[] = [];
  for (const { pk, sk, lines } of table.items()) {
    if (pk?.S === undefined || sk?.S === undefined || !BLOCK_KEY.test(pk.S)) continue;
    const [last = '', writer = ''] = sk.S.split('#');
    const item = `${pk.S} ${sk.S}`;
    for (const line of (lines?.S ?? '').split('\n')) {
      const [seconds = '', trace = ''] = line.split(' ');
      stored.push({ micros: timeOf(seconds, last), trace: trace.slice(-24), writer, item });
    }
  }
  return stored;
}

/** A line has only its seconds: the latest such time that is not after the block's last one. */
function timeOf(seconds: string, last: string): number {
  const lastMicros = microsOf(last);
  const micros = microsOf(`${last.slice(0, 17)}${seconds}Z`);
  return micros > lastMicros ? micros - 60_000_000 : micros;
}

function microsOf(iso: string): number {
  return Date.parse(`${iso.slice(0, 19)}Z`) * 1_000 + Number(iso.slice(20, 26));
}
