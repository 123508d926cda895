/**
 * Runs on the image while it is baked: `record.ts <facts of the payload> <where the facts go>` writes image.json and
 * sbom.cdx.json beside packages.txt.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFacts } from './image-facts.ts';
import { type Bom, withDebianPackages } from './sbom.ts';

const [payloadFacts, target] = process.argv.slice(2);
if (!payloadFacts || !target) throw new Error('usage: record.ts <facts of the payload> <where the facts go>');

const readJson = (name: string) => JSON.parse(readFileSync(join(payloadFacts, name), 'utf8'));
const writeJson = (name: string, value: unknown) =>
  writeFileSync(join(target, name), `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o644 });

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: record-facts.sh must set it`);
  return value;
}

const facts: ImageFacts = {
  ...(readJson('payload.json') as Pick<ImageFacts, 'version' | 'commit' | 'nodeVersion' | 'pm2Version'>),
  name: fromEnvironment('IMAGE_NAME'),
  bakedAt: new Date().toISOString(),
  architecture: fromEnvironment('ARCHITECTURE'),
  sourceImage: fromEnvironment('SOURCE_IMAGE'),
  baseRelease: fromEnvironment('BASE_RELEASE'),
  awsAgents: fromEnvironment('AWS_AGENTS') === 'true',
};
writeJson('image.json', facts);

const packages = readFileSync(join(target, 'packages.txt'), 'utf8');
writeJson('sbom.cdx.json', withDebianPackages(readJson('npm.cdx.json') as Bom, packages));
