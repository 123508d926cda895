import { servingGroup } from './group.ts';
import { readLaunchTemplate } from './launch-template.ts';
import { StageTemplates } from './stage.ts';
import type { Template } from './template.ts';

/** Values that only a deployment has, by reference (`{{stack/Table}}`) or pseudo parameter (`AWS::Region`). */
export type DeployedValues = Readonly<Record<string, string>>;

/**
 * The script that cloud-init would run on an instance of the stage, with the given values in the place of references.
 *
 * @throws Error naming the references that have no value: a script with holes must not run.
 */
export function userDataScript(templates: readonly Template[], values: DeployedValues): string {
  const stage = new StageTemplates(templates, (name) => values[name]);
  const { userData } = readLaunchTemplate(stage, servingGroup(stage));
  const open = new Set(userData.match(/\{\{[\w-]+\/[\w.]+\}\}/g));
  if (open.size === 0) return userData;
  throw new Error(`the user data refers to ${[...open].join(', ')}: give each of them a value`);
}
