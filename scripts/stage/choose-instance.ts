import type { Instance } from '../aws/ec2-instances.ts';
import { OperatorError } from '../cli/errors.ts';
import { textTable } from '../cli/table.ts';

/**
 * Finds the instance that the operator means: by its id or an ending of it, its private address, or its zone.
 *
 * @throws OperatorError with the list to choose from when none or several fit
 */
export function chooseInstance(word: string, fleet: readonly Instance[]): Instance {
  if (fleet.length === 0) throw new OperatorError('the fleet has no instance: see npm run status');
  const found = fleet.filter(
    ({ id, privateIp, zone }) => id.endsWith(word) || privateIp === word || zone.endsWith(word),
  );
  const [instance] = found;
  if (!instance) throw new OperatorError(`no instance is '${word}'. There are: ${listOf(fleet)}`);
  if (found.length > 1) throw new OperatorError(`'${word}' fits ${found.length} instances: ${listOf(found)}`);
  return instance;
}

function listOf(instances: readonly Instance[]): string {
  return textTable(instances.map(({ id, zone, privateIp }) => [id, zone, privateIp])).replaceAll('\n', '; ');
}
