import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';

/** Facts of each bake, one directory per image name (not in git). */
export const BAKES_DIRECTORY = 'bakes';

/** The image of the last offline bake that passed its checks; rehearsals boot it. Its facts: {@link LATEST_OFFLINE}. */
export const OFFLINE_IMAGE = '.data/bake/image.squashfs';

/** Link to the facts of that bake. */
export const LATEST_OFFLINE = join(BAKES_DIRECTORY, 'latest-offline');

const IMAGE_FACTS = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const BILL_OF_MATERIALS = z.object({ components: z.array(z.object({ purl: z.string() })) });

/** The facts of one bake that are compared: image.json and the purls of its bill of materials. */
type BakeFacts = Awaited<ReturnType<typeof readBakeFacts>>;

/** Reads the facts of a bake, given by its image's name or by its directory. */
export async function readBakeFacts(nameOrDirectory: string) {
  const candidates = [nameOrDirectory, join(BAKES_DIRECTORY, nameOrDirectory)];
  const directory = candidates.find((path) => existsSync(join(path, 'image.json')));
  if (!directory) {
    const looked = `looked for image.json in ${candidates.join(' and ')}`;
    throw new OperatorError(`no facts of a bake '${nameOrDirectory}': ${looked}`);
  }
  const image = await readJson(join(directory, 'image.json'), IMAGE_FACTS);
  const { components } = await readJson(join(directory, 'sbom.cdx.json'), BILL_OF_MATERIALS);
  return { image, purls: components.map(({ purl }) => purl) };
}

/** Facts that differ between any two bakes. */
const INCIDENTAL = ['name', 'bakedAt'];

/** What changed from one bake to another: facts first, then packages by name. One side is undefined where it has none. */
export function compareBakes(before: BakeFacts, after: BakeFacts) {
  return [
    ...differences(comparedFacts(before), comparedFacts(after)),
    ...differences(versionsByPackage(before.purls), versionsByPackage(after.purls)),
  ];
}

function comparedFacts({ image }: BakeFacts): Map<string, string> {
  const facts = Object.entries(image).filter(([name]) => !INCIDENTAL.includes(name));
  return new Map(facts.map(([name, value]) => [name, String(value)]));
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .map((what) => ({ what, before: before.get(what), after: after.get(what) }))
    .filter((difference) => difference.before !== difference.after);
}

/** Versions by `deb/debian/openssl` or `npm/express`; npm may have several of one package. */
function versionsByPackage(purls: readonly string[]): Map<string, string> {
  const packages = Map.groupBy(purls.map(parsePurl), ({ name }) => name);
  const versions = (all: readonly { version: string }[]) => all.map(({ version }) => version).sort();
  return new Map([...packages].map(([name, all]) => [name, versions(all).join(', ')]));
}

function parsePurl(purl: string) {
  const [, name, version] = /^pkg:(.+)@([^@?]+)(?:\?|$)/.exec(purl) ?? [];
  if (!name || !version) throw new Error(`'${purl}' is not a package URL with a version`);
  return { name: decodeURIComponent(name), version: decodeURIComponent(version) };
}
