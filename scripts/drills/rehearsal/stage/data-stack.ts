import { OperatorError } from '../../../cli/errors.ts';
import { arnIn, type Place } from '../../../rights/account.ts';
import { type KnownValues, resolve } from '../../../scaling/template/resolve.ts';
import type { Template } from '../../../scaling/template/template.ts';

/** The name of a data stack, with that of its stage. */
const DATA_STACK = /^stampede-(?<stage>.+)-data$/;

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

/** The data stack of synthesised templates, as if it was deployed in a place; `known` has the names of its resources. */
export function deployedDataStack(templates: readonly Template[], place: Place, known: KnownValues): DeployedStack {
  const template = templates.find(({ stack }) => DATA_STACK.test(stack));
  if (!template) throw new OperatorError('the templates have no data stack: run npm run synth again');
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
}

/** The stage of a data stack, by its name. */
export function stageOf(dataStack: string): string {
  return DATA_STACK.exec(dataStack)?.groups?.['stage'] ?? dataStack;
}
