import { stackNames } from '../../../infra/contract.ts';
import type { Synthesized } from '../synthesize.ts';
import { changeOf, isUnchanged } from './change.ts';
import { brokenReferences } from './exports-law.ts';
import { movedAclRules, reroutedNames, takenKeys } from './keys-law.ts';
import { cooledTables, lostResources } from './stateful-law.ts';

/** The stacks in the order of deployment. */
const ORDER = ['data', 'network', 'service', 'operations'] as const;

/** Everything that AWS would refuse, or that would interrupt the service, if a deployed stage were updated. */
export function problemsOf(stage: string, before: Synthesized, after: Synthesized): readonly string[] {
  const names = stackNames(stage);
  const changes = ORDER.map((stack) => [names[stack], changeOf(before[stack], after[stack])] as const);
  return [
    ...brokenReferences(new Map(changes)),
    ...changes
      .filter(([, change]) => !isUnchanged(change))
      .flatMap(([name, change]) =>
        [
          ...takenKeys(change),
          ...movedAclRules(change),
          ...reroutedNames(change),
          ...lostResources(change),
          ...cooledTables(change),
        ].map((problem) => `${name}: ${problem}`),
      ),
  ];
}
