import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** `GenerateSecretString` as far as stages use it. Strict: a new property changes what AWS generates. */
export const generationSchema = z.strictObject({
  SecretStringTemplate: z.string(),
  GenerateStringKey: z.string(),
  PasswordLength: z.int(),
  ExcludePunctuation: z.literal(true),
});

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A value as Secrets Manager generates it: the template's JSON with a random text in one property. */
export function generateSecretValue(generation: z.infer<typeof generationSchema>): string {
  const { SecretStringTemplate, GenerateStringKey, PasswordLength } = generation;
  const characters = Array.from(randomBytes(PasswordLength), (byte) => LETTERS_AND_DIGITS[byte % 62]);
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [GenerateStringKey]: characters.join('') });
}
