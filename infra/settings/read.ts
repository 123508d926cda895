import { STAGE_NAME } from '../../server/contract.ts';
import { BRANCH_STAGE } from '../contract.ts';
import { refuseContradictions, valuesOf } from './rules.ts';
import { type Setting, type Settings, TABLE } from './table.ts';

/** Throws on an unknown setting, because CDK ignores misspelt names. Names such as `aws:cdk:…` belong to CDK. */
export function refuseUnknownSettings(names: readonly string[], others: readonly string[]): void {
  const known = [...Object.keys(TABLE), ...others];
  const unknown = names.find((name) => /^[a-z]\w*$/i.test(name) && !known.includes(name));
  if (unknown)
    throw new Error(
      `There is no setting ${unknown}, expected one of ${known.toSorted().join(', ')}. Correct -c ${unknown}=…`,
    );
}

/** Reads the settings of a stage; `override` returns the value set for this deployment, if any. */
export function readSettings(stage: string, override: (name: string) => unknown = () => undefined): Settings {
  if (!STAGE_NAME.pattern.test(stage)) {
    throw new Error(`Stage is "${stage}", expected ${STAGE_NAME.description}. Use -c stage=dev`);
  }
  if (stage.startsWith('pr-') && !BRANCH_STAGE.pattern.test(stage)) {
    throw new Error(`Stage is "${stage}", expected ${BRANCH_STAGE.description}. Use -c stage=pr-123, or another name`);
  }
  const settings = Object.fromEntries(
    Object.entries(TABLE).map(([name, entry]) => [name, readOne(name, entry, stage, override(name))]),
  ) as unknown as Settings;
  refuseContradictions(stage, settings);
  return settings;
}

/** The settings that were set for this deployment, as its command line gives them: `nat=single`. */
export function givenSettings(override: (name: string) => unknown): string[] {
  return Object.keys(TABLE).flatMap((name) => {
    const given = override(name);
    return given === undefined ? [] : [`${name}=${given}`];
  });
}

function readOne(name: string, { type, ...values }: Setting, stage: string, given: unknown): unknown {
  const wanted = given ?? values[valuesOf(stage)];
  const { success, data } = type.safeParse(wanted);
  if (success) return data;
  throw new Error(
    `Setting ${name} is ${JSON.stringify(wanted)}, expected ${type.description}. Use -c ${name}=… or correct infra/settings/table.ts`,
  );
}
