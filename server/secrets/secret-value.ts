import { z } from 'zod';
import { GENERATED_SECRET, secretContents, TOKEN_FORM } from '../contract.ts';
import { microsFromIso } from '../timestamps/iso-time.ts';
import type { Secrets } from './secrets.ts';

const token = z.string().regex(TOKEN_FORM.pattern);
const key = z.object({ from: z.iso.datetime(), key: z.string().min(32) });

const SecretValueSchema = z.object({
  [GENERATED_SECRET.key]: z.string().length(GENERATED_SECRET.length),
  readTokens: z.array(token).min(1).optional(),
  writeTokens: z.array(token).min(1).optional(),
  idKeys: z.array(key).min(1).optional(),
});

/** Reads the value of a secret. Throws an error that names what is wrong, but never shows a part of the value. */
export function parseSecretValue(text: string): Secrets {
  const { data, error } = SecretValueSchema.safeParse(parseJson(text));
  if (error) {
    const problems = error.issues.map(({ path, code }) => `${path.join('.') || 'the value'} (${code})`);
    throw new Error(`the secret's value is not valid: ${problems.join(', ')}; correct it in Secrets Manager`);
  }
  const { readTokens, writeTokens, idKeys } = secretContents(data);
  const sorted = idKeys
    .map(({ from, key }) => ({ from: microsFromIso(from) ?? 0, key }))
    .sort((a, b) => a.from - b.from);
  return { readTokens, writeTokens, idKeys: sorted };
}

/** `JSON.parse` shows a part of the text in its error. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the secret's value is not JSON; correct it in Secrets Manager");
  }
}
