/** Stages named `prod` or `prod-…` get the safe values; all others the cheap ones. */
export const isProd = (stage: string): boolean => /^prod(-|$)/.test(stage);

/** Throws unless the stage can stand in the names of resources, the longest of which AWS cuts at 32 characters. */
export function refuseBadStage(stage: string): void {
  if (/^[a-z][a-z0-9-]{1,11}$/.test(stage)) return;
  throw new Error(
    `Stage is "${stage}", expected 2 to 12 lower-case letters, digits or dashes, first a letter. Say -c stage=dev`,
  );
}
