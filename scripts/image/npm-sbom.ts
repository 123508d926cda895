import { z } from 'zod';
import { captureQuietly } from '../cli/run.ts';
import type { LockFile } from './lock-file.ts';

const BOM = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), purl: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

/**
 * A bill of materials (CycloneDX) of the production packages in the lock file. `npm sbom --omit=dev` is not used: it
 * leaves out production packages that development packages need too.
 */
export async function npmSbom(lock: LockFile) {
  const output = await captureQuietly(['npm', 'sbom', '--package-lock-only', '--sbom-format=cyclonedx']);
  const bom = BOM.parse(JSON.parse(output));
  const production = productionPurls(lock);
  const components = bom.components.filter(({ purl }) => production.has(purl));
  const refs = new Set([bom.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((dependency) => ({ ...dependency, dependsOn: dependency.dependsOn.filter((ref) => refs.has(ref)) }));
  return { ...bom, components, dependencies };
}

/** Package URLs of the lock file's packages, without those that only development needs. */
export function productionPurls({ packages }: LockFile): ReadonlySet<string> {
  const purls = Object.entries(packages).flatMap(([folder, { version, dev, devOptional }]) => {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return folder === '' || dev || devOptional ? [] : [`pkg:npm/${name.replace('@', '%40')}@${version}`];
  });
  return new Set(purls);
}
