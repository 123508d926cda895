/** Runs during the bake: `record.ts <facts of the payload> <target folder>` writes image.json and sbom.cdx.json. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bom, withDebianPackages } from './sbom.ts';

const [payloadFacts, target] = process.argv.slice(2);
if (!payloadFacts || !target) throw new Error('usage: record.ts <facts of the payload> <target folder>');

const readJson = (name: string) => JSON.parse(readFileSync(join(payloadFacts, name), 'utf8'));
const writeJson = (name: string, value: unknown) =>
  writeFileSync(join(target, name), `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o644 });

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: record-facts.sh must set it`);
  return value;
}

/** Facts about a bake: `/etc/stampede/image.json` on the image, with a copy next to the operator's manifest. */
export type ImageFacts = Readonly<typeof facts>;

const facts = {
  ...(readJson('payload.json') as Record<'version' | 'commit' | 'nodeVersion' | 'pm2Version', string>),
  name: fromEnvironment('IMAGE_NAME'),
  bakedAt: new Date().toISOString(),
  architecture: fromEnvironment('ARCHITECTURE'),
  // AMI that the bake started from; `offline` for a root created by mmdebstrap.
  sourceImage: fromEnvironment('SOURCE_IMAGE'),
  baseRelease: fromEnvironment('BASE_RELEASE'),
  // Packages that the upgrade held back, such as a kernel; empty in a good image.
  outdatedPackages: process.env['OUTDATED'] ?? '',
  // An image without the SSM and CloudWatch agents is for rehearsals only.
  awsAgents: fromEnvironment('AWS_AGENTS') === 'true',
};
writeJson('image.json', facts);

const packages = readFileSync(join(target, 'packages.txt'), 'utf8');
writeJson('sbom.cdx.json', withDebianPackages(readJson('npm.cdx.json') as Bom, packages, facts.baseRelease));
