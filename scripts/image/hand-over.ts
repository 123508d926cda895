import { readParameter, writeParameter } from '../aws/parameters-ssm.ts';
import { imageParameter, type ParameterChange, POINTERS, type Pointers } from './pointers.ts';

/** Reads where the pointers point now. */
export async function readPointers(): Promise<Pointers> {
  const values = await Promise.all(POINTERS.map((name) => readParameter(imageParameter(name))));
  const found = POINTERS.map((name, index) => [name, values[index]] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Prints each change, then makes it, one after the other. */
export async function applyChanges(changes: readonly ParameterChange[], dryRun: boolean): Promise<void> {
  for (const { name, from = 'nothing', to } of changes) {
    console.error(`${name}: ${from} -> ${to}${dryRun ? ' (dry run: not changed)' : ''}`);
    if (!dryRun) await writeParameter(name, to);
  }
}
