import { OUTPUTS } from '../../../infra/contract.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { OperatorError } from '../../cli/errors.ts';

/** The setting with which a deployment uses the table of the template, whatever the stage uses now. */
const OWN_TABLE = 'tableName=';

/** A deployment, as far as it decides which table the stage uses. */
export interface TableChoice {
  readonly stage: string;
  /** The entries of `--set`. */
  readonly set: readonly string[];
  /** Logical id of the table in the synthesised data stack; undefined if the setting `tableName` names another one. */
  readonly ownTable: string | undefined;
}

/**
 * Refuses a deployment that would return from a restored table to the table of the template although no setting
 * says so. `data` is the data stack as it is deployed: it exports the name of the template's table.
 *
 * @throws OperatorError which names both tables and the setting that decides
 */
export function refuseFormerTable({ stage, set, ownTable }: TableChoice, data: Stack | undefined): void {
  const { [OUTPUTS.data.tableName]: used, ...outputs } = data?.outputs ?? {};
  if (used === undefined || ownTable === undefined || set.includes(OWN_TABLE)) return;
  const [, own] = Object.entries(outputs).find(([name]) => name.startsWith(`ExportsOutputRef${ownTable}`)) ?? [];
  if (own === used) return;
  throw new OperatorError(
    `stage ${stage} uses the table ${used}, and this deployment would replace it with ${own ?? 'the one of the template'}: ` +
      `pass --set tableName=${used} to keep it, or --set ${OWN_TABLE} to use the table of the template`,
  );
}
