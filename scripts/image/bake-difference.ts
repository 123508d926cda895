/** The facts of one bake that are compared: image.json and the purls of its bill of materials. */
export interface BakeFacts {
  readonly image: Readonly<Record<string, unknown>>;
  readonly purls: readonly string[];
}

/** One thing that differs; an absent side means that only the other bake has it. */
export interface Difference {
  readonly what: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Facts that differ between any two bakes and say nothing. */
const INCIDENTAL = new Set(['name', 'bakedAt']);

/** What changed from one bake to another: facts first, then packages by name. */
export function compareBakes(before: BakeFacts, after: BakeFacts): Difference[] {
  const facts = (bake: BakeFacts) =>
    new Map(
      Object.entries(bake.image)
        .filter(([name]) => !INCIDENTAL.has(name))
        .map(([name, value]) => [name, String(value)]),
    );
  return [
    ...differences(facts(before), facts(after)),
    ...differences(versionsByPackage(before.purls), versionsByPackage(after.purls)),
  ];
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .map((what) => ({ what, before: before.get(what), after: after.get(what) }))
    .filter((difference) => difference.before !== difference.after);
}

/** Versions by `deb/debian/openssl` or `npm/express`; npm may have several of one package. */
function versionsByPackage(purls: readonly string[]): Map<string, string> {
  const versions = new Map<string, string[]>();
  for (const purl of purls) {
    const [, name, version] = /^pkg:(.+)@([^@?]+)(?:\?|$)/.exec(purl) ?? [];
    if (!name || !version) throw new Error(`'${purl}' is no package URL with a version`);
    const key = decodeURIComponent(name);
    versions.set(key, [...(versions.get(key) ?? []), decodeURIComponent(version)].sort());
  }
  return new Map([...versions].map(([name, all]) => [name, all.join(', ')]));
}
