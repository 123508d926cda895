import { randomBytes } from 'node:crypto';
import { SECRET_REFRESH_S } from '../server/contract.ts';
import { writeSecret } from './aws/secrets-manager.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { readStageSecret } from './stage/stage-secret.ts';
import { type Access, tokensOf, withNewestTokenOnly, withNewToken } from './stage/token-rotation.ts';

/** 256 random bits. */
const TOKEN_BYTES = 32;

await main(
  {
    name: 'token',
    summary:
      'Shows or rotates the tokens of a stage. A rotation adds a second valid token, so that clients can switch to it; ' +
      '--finish removes the older one.',
    positionals: [{ name: 'action', help: 'show or rotate', required: true }],
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      read: { help: 'the token for reading timestamps and users' },
      write: { help: 'the token for recording timestamps and creating users' },
      finish: { help: 'with rotate: remove the older token' },
    },
    examples: [
      ['npm run --silent token -- show --stage prod --read', 'prints the newest token for reading, and nothing else'],
      ['npm run token -- rotate --stage prod --read', 'adds a token for reading'],
      ['npm run token -- rotate --stage prod --read --finish', 'removes the older one'],
    ],
  },
  async ({ values, positionals: [action = ''] }) => {
    const access = accessOf(values);
    if (action !== 'rotate' && (action !== 'show' || values.finish)) {
      throw new UsageError(
        `<action> is '${action}'${values.finish ? ' with --finish' : ''}: expected show, rotate or rotate --finish`,
      );
    }
    await useRole(values);
    await (action === 'show' ? show(values.stage, access) : rotate(values.stage, access, values.finish));
  },
);

function accessOf({ read, write }: { read: boolean; write: boolean }): Access {
  if (read !== write) return read ? 'read' : 'write';
  throw new UsageError(
    `${read ? 'both --read and --write are given' : 'neither --read nor --write is given'}: expected one`,
  );
}

async function show(stage: string, access: Access): Promise<void> {
  const { value } = await readStageSecret(stage);
  console.log(tokensOf(value, access)[0]);
}

async function rotate(stage: string, access: Access, isLastStep: boolean): Promise<void> {
  const { arn, value } = await readStageSecret(stage);
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const next = isLastStep ? withNewestTokenOnly(value, access) : withNewToken(value, access, token);
  await writeSecret(arn, JSON.stringify(next));
  const knownAt = new Date(Date.now() + SECRET_REFRESH_S * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const command = `npm run --silent token -- show --stage ${stage} --${access}`;
  const until = `Every instance reads the secret again before ${knownAt}`;
  console.log(
    isLastStep
      ? `Removed the older ${access} token. ${until}: from then on all refuse it.`
      : `Added a second ${access} token. ${until}: give it to clients from then on (${command}). ` +
          'When they all use it, run this command again with --finish.',
  );
}
