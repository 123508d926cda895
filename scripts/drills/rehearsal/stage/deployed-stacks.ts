import { arnIn, type Place } from '../../../rights/account.ts';
import { type KnownValues, resolve } from '../../../scaling/template/resolve.ts';
import type { Template } from '../../../scaling/template/template.ts';

/** A stack, as CloudFormation describes it after its deployment. */
export interface DeployedStack {
  /** ARN. */
  readonly id: string;
  readonly name: string;
  /** The text of its template. */
  readonly template: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly { readonly logicalId: string; readonly type: string; readonly physicalId: string }[];
}

/** The stacks of synthesised templates, as if they were deployed in a place; `known` has the names of their resources. */
export function deployedStacks(templates: readonly Template[], place: Place, known: KnownValues): DeployedStack[] {
  return templates.map((template) => {
    const { stack, ...content } = template;
    const resources = Object.entries(template.Resources).map(([logicalId, { Type }]) => {
      const physicalId = known(`{{${stack}/${logicalId}}}`, { stack, logicalId }) ?? `${stack}-${logicalId}`;
      return { logicalId, type: Type, physicalId };
    });
    const outputs = Object.entries(template.Outputs).map(([logicalId, { Value }]) => {
      return [logicalId, String(resolve(Value, { template, templates, logicalId, known }))] as const;
    });
    return {
      id: arnIn(place, 'cloudformation', `stack/${stack}/1`),
      name: stack,
      template: JSON.stringify(content),
      outputs: Object.fromEntries(outputs),
      resources,
    };
  });
}

/** The stage of these stacks, by the name of its data stack. */
export function stageOf(stacks: readonly DeployedStack[]): string {
  const [, stage] = stacks.map(({ name }) => /^stampede-(.+)-data$/.exec(name)).find((found) => found !== null) ?? [];
  if (stage) return stage;
  throw new Error(`the stacks are ${stacks.map(({ name }) => name).join(', ')}: expected a data stack among them`);
}
