import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { CLIENT_SETTINGS, explained } from './call.ts';

const client = () => new SecretsManager(CLIENT_SETTINGS);

/** The current value of a secret. */
export async function readSecret(id: string): Promise<string> {
  const { SecretString = '' } = await explained(`read the secret ${id}`, client().getSecretValue({ SecretId: id }));
  return SecretString;
}

/** Makes another value the current one. Secrets Manager keeps the one before as version AWSPREVIOUS. */
export async function writeSecret(id: string, value: string): Promise<void> {
  await explained(`write the secret ${id}`, client().putSecretValue({ SecretId: id, SecretString: value }));
}
