import { z } from 'zod';
import { captureQuietly } from '../cli/run.ts';
import { closureOf, type LockFile } from './lock-file.ts';

/** The embedded database, which the bundle of the server leaves out. */
const FROM_SOURCE_ONLY = 'dynalite';

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

/** Package URLs of the lock file's packages, without those that only development or the embedded database needs. */
function productionPurls(lock: LockFile): ReadonlySet<string> {
  const direct = Object.keys(lock.packages['']?.dependencies ?? {}).filter((name) => name !== FROM_SOURCE_ONLY);
  const inBundle = new Set(direct.flatMap((name) => closureOf(lock, name)));
  const unused = closureOf(lock, FROM_SOURCE_ONLY).filter((folder) => !inBundle.has(folder));
  const purls = Object.entries(lock.packages).flatMap(([folder, { version, dev, devOptional }]) => {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return folder === '' || dev || devOptional || unused.includes(folder)
      ? []
      : [`pkg:npm/${name.replace('@', '%40')}@${version}`];
  });
  return new Set(purls);
}
