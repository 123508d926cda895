import type { Template } from '../synthesize.ts';
import type { Change } from './change.ts';
import { fixedNames, isStateful } from './schema.ts';

/** The stateful resources that an update deletes or replaces. */
export function lostResources({ before, fates }: Change): readonly string[] {
  return Object.entries(before.Resources)
    .filter(([id, { Type }]) => isStateful(Type) && ['deleted', 'replaced'].includes(fates.get(id) ?? ''))
    .map(([id, { Type }]) => `${id} (${Type}) is ${fates.get(id)}`);
}

/** The tables whose warm throughput an update lowers, which DynamoDB refuses. */
export function cooledTables({ before, after }: Change): readonly string[] {
  return Object.entries(after.Resources).flatMap(([id, { Properties: next }]) => {
    const units = before.Resources[id]?.Properties?.WarmThroughput?.WriteUnitsPerSecond;
    const nextUnits = next?.WarmThroughput?.WriteUnitsPerSecond;
    return nextUnits < units ? [`${id} lowers its warm throughput from ${units} to ${nextUnits}`] : [];
  });
}

/** The resources that survive their stack under a fixed name, so that the stack could not be created again. */
export function retainedNames({ Resources }: Template): readonly string[] {
  return Object.entries(Resources)
    .filter(([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy.startsWith('Retain'))
    .filter(([, resource]) => Object.keys(fixedNames(resource)).length > 0)
    .map(([id, resource]) => `${id} (${resource.Type}) is retained as ${JSON.stringify(fixedNames(resource))}`);
}
