import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const passwordShape = { PasswordLength: z.int(), ExcludePunctuation: z.literal(true) };

/** `GenerateSecretString` as far as stages use it. Strict: a new property changes what AWS generates. */
export const generationSchema = z.union([
  z.strictObject({ ...passwordShape, SecretStringTemplate: z.string(), GenerateStringKey: z.string() }),
  z.strictObject(passwordShape),
]);

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A value as Secrets Manager generates it: a random text, or the template's JSON with the text in one property. */
export function generateSecretValue(generation: z.infer<typeof generationSchema>): string {
  const characters = Array.from(randomBytes(generation.PasswordLength), (byte) => LETTERS_AND_DIGITS[byte % 62]);
  const password = characters.join('');
  if (!('GenerateStringKey' in generation)) return password;
  const { SecretStringTemplate, GenerateStringKey } = generation;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [GenerateStringKey]: password });
}
