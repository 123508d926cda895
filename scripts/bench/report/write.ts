import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Results } from '../results.ts';
import { circumstancesText, page } from './page.ts';
import { GOAL_HEAD, goalRows } from './terminal.ts';

/** Writes all that was measured, and what people read of it. */
export async function writeReport(results: Results, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, toFourDigits, 1)}\n`);
  await writeFile(join(folder, 'index.html'), page(results));
  await writeFile(join(folder, 'README.md'), readme(results));
  console.error(`written: ${folder}`);
}

/** More digits than four would only make differences between two runs longer. */
const toFourDigits = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

const readme = (results: Results): string => `# Benchmark

Written by \`npm run bench\`; change nothing here. [index.html](index.html) has the plots and every figure,
[results.json](results.json) every round.

${circumstancesText(results)}

${markdownTable([GOAL_HEAD, ...goalRows(results)])}
`;

const markdownTable = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
