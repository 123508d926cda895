import { OUTPUTS, stackNames } from '../../infra/contract.ts';
import { findStack } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';

type Part = keyof typeof OUTPUTS;

/** Outputs of one stack of a stage, by the names that the contract gives them. */
export type Outputs<P extends Part> = { readonly [Name in keyof (typeof OUTPUTS)[P]]: string };

/** Reads the outputs of one stack of a stage. @throws OperatorError when the stack or one of the outputs is missing */
export async function outputsOf<P extends Part>(stage: string, part: P): Promise<Outputs<P>> {
  const name = stackNames(stage)[part];
  const stack = await findStack(name);
  if (!stack) {
    throw new OperatorError(
      `stage ${stage} is not deployed: there is no stack ${name} in this account and region. ` +
        `Deploy it with npm run deploy -- --stage ${stage}, or set AWS_PROFILE and AWS_REGION to where it is`,
    );
  }
  const entries = Object.entries(OUTPUTS[part]).map(([key, output]) => {
    const value = stack.outputs[output];
    if (value) return [key, value];
    throw new OperatorError(`the stack ${name} (${stack.status}) has no output ${output}: deploy it again`);
  });
  return Object.fromEntries(entries) as Outputs<P>;
}
