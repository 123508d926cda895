import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Results } from '../results.ts';

/** Writes all that was measured, and what people read of it. */
export async function writeReport(results: Results, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, toFourDigits, 1)}\n`);
  console.error(`written: ${folder}`);
}

/** More digits than four would only make differences between two runs longer. */
const toFourDigits = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
