import { z } from 'zod';
import { EXPIRES_TAG, GIVEN_SETTINGS, OUTPUTS, stackNames } from '../../infra/contract.ts';
import { findStack } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';

/** With what a stage was deployed the last time. */
export interface LastDeployment {
  /** Id of the image that the stage launches; undefined if it is unknown. */
  readonly image: string | undefined;
  /** The settings that were given: `nat=single`. Empty in several regions, where `npm run deploy` gives some itself. */
  readonly settings: readonly string[];
}

const settingsSchema = z
  .string()
  .transform((text) => JSON.parse(text))
  .pipe(z.array(z.string()));

/**
 * Reads the service stack of a stage.
 *
 * @throws OperatorError if the stage is temporary: the deployment with the restored table would have no end
 */
export async function readLastDeployment(stage: string, regions: number): Promise<LastDeployment> {
  const { outputs = {}, tags = {} } = (await findStack(stackNames(stage).service)) ?? {};
  if (EXPIRES_TAG in tags)
    throw new OperatorError(
      `stage ${stage} is temporary and ends at ${tags[EXPIRES_TAG]}: expected --verify-only, which deploys nothing, or a ` +
        'permanent stage',
    );
  const settings = settingsSchema.parse(outputs[GIVEN_SETTINGS] ?? '[]');
  return { image: outputs[OUTPUTS.service.amiId], settings: regions > 1 ? [] : settings };
}

/**
 * The options of a deployment with another table: those that are given, otherwise those of the last one.
 *
 * @throws OperatorError if the image is unknown
 */
export function deployOptions(
  stage: string,
  { image, settings }: LastDeployment,
  { ami = image, set }: { readonly ami: string | undefined; readonly set: readonly string[] },
): readonly string[] {
  if (!ami)
    throw new OperatorError(
      `stage ${stage} has no stack ${stackNames(stage).service} that says which image it launches: ` +
        'pass --ami with an id or with current',
    );
  const given = new Set(['tableName', ...set.map(nameOf)]);
  const kept = settings.filter((setting) => !given.has(nameOf(setting)));
  return ['--ami', ami, ...[...kept, ...set].flatMap((setting) => ['--set', setting])];
}

function nameOf(setting: string): string {
  return setting.split('=')[0] ?? '';
}
