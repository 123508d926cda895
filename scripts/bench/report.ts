import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';
import { circumstancesText, page } from './page.ts';
import { type Measurements, type Results, resultsSchema } from './results.ts';
import { goalTable } from './tables.ts';

/** Every sample of every round of the last run; git ignores this folder, CI keeps the file. */
export const ROUNDS_FILE = '.data/bench/rounds.json';

/** Writes the samples, the results, and the pages that show them. */
export async function writeReport(
  { rounds, results }: { rounds: Measurements; results: Results },
  folder: string,
  roundsFile = ROUNDS_FILE,
): Promise<void> {
  for (const path of [dirname(roundsFile), folder]) await mkdir(path, { recursive: true });
  await writeFile(roundsFile, jsonText(rounds));
  await writeFile(join(folder, 'results.json'), jsonText(results));
  await writePages(folder);
}

/** Writes the pages of `results.json`. */
export async function writePages(folder: string): Promise<void> {
  const results = await readResults(join(folder, 'results.json'));
  await writeFile(join(folder, 'index.html'), page(results));
  await writeFile(join(folder, 'README.md'), readme(results));
  console.error(`written: ${folder}`);
}

/** @throws OperatorError when the file is missing, or not of this version of the benchmark. */
export async function readResults(path: string): Promise<Results> {
  if (existsSync(path)) return readJson(path, resultsSchema);
  throw new OperatorError(`${path} does not exist: run npm run bench first, or name another file`);
}

/** JSON with four digits a number and one line a summary, so that two runs can be compared as text. */
function jsonText(value: object): string {
  const text = JSON.stringify(value, toFourDigits, 1);
  return `${text.replace(/\{\s*"median"[^}]*\}/g, (summary) => summary.replace(/\s+/g, ' '))}\n`;
}

function toFourDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

export function readme(results: Results): string {
  const [head = [], ...rows] = goalTable(results);
  return `# Benchmark

\`npm run bench\` writes this file. [index.html](index.html) has the plots and every figure,
[results.json](results.json) the same figures as data.

${circumstancesText(results)}

${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
}
