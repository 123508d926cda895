import { z } from 'zod';
import type { SecretValue } from '../../server/contract.ts';
import { readSecret } from '../aws/secrets-manager.ts';
import { OperatorError } from '../cli/errors.ts';
import { outputsOf } from './outputs.ts';

const tokens = z.array(z.string()).min(1).optional();
const valueSchema: z.ZodType<SecretValue> = z.looseObject({
  generated: z.string(),
  readTokens: tokens,
  writeTokens: tokens,
  idKeys: z.array(z.object({ from: z.string(), key: z.string() })).optional(),
});

/** Reads the secret of a stage. @throws OperatorError when it is not as the server expects it; never shows the value */
export async function readStageSecret(stage: string): Promise<{ readonly arn: string; readonly value: SecretValue }> {
  const { secretArn: arn } = await outputsOf(stage, 'data');
  return { arn, value: parseValue(arn, await readSecret(arn)) };
}

function parseValue(arn: string, text: string): SecretValue {
  try {
    return valueSchema.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(
      `the secret ${arn} has another format than the server expects: correct it in Secrets Manager`,
    );
  }
}
