import { existsSync, readFileSync } from 'node:fs';
import { App, CfnOutput, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acknowledge } from './acknowledged.ts';
import { type Ami, bakedAmi, givenAmi } from './ami.ts';
import { GIVEN_SETTINGS } from './contract.ts';
import { readExpiry } from './settings/expiry.ts';
import { givenSettings, readSettings, refuseUnknownSettings } from './settings/read.ts';
import { addDataStack, addStampede } from './stampede.ts';

/** Written by Packer in the repository root, where cdk also runs. */
const MANIFEST = 'packer-manifest.json';

/** Context besides settings. docs/operate.md has `withoutTable` (npm run restore). */
const CONTEXT = ['stage', 'amiId', 'amiBuiltAt', 'only', 'withoutTable', 'expires'] as const;

try {
  addStacks();
} catch (error) {
  // What is wrong with settings or image needs no stack trace; any other error is a defect.
  const isExpected = error instanceof Error && error.constructor === Error;
  console.error(isExpected && !process.env['VERBOSE'] ? error.message : error);
  process.exit(1);
}

function addStacks(): void {
  const app = new App();
  const context = (name: string): string | undefined => app.node.tryGetContext(name);
  refuseUnknownSettings(Object.keys(app.node.getAllContext()), [...CONTEXT]);
  const stage = context('stage') ?? 'dev';
  const settings = readSettings(stage, context);
  const expires = readExpiry(stage, context('expires'));

  if (context('only') === 'data') {
    addDataStack(app, { stage, settings, expires });
  } else {
    const withoutTable = context('withoutTable') === 'true';
    const ami = pinnedAmi(context, settings.region);
    const { service } = addStampede(app, { stage, settings, expires, withoutTable, ami });
    // npm run restore deploys with the same ones.
    const given = givenSettings(context);
    if (given.length > 0) new CfnOutput(service, GIVEN_SETTINGS, { value: JSON.stringify(given) });
  }
  acknowledge(app, { stage, settings });
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
}

function pinnedAmi(context: (name: string) => string | undefined, region: string): Ami {
  const id = context('amiId');
  if (id !== undefined) return givenAmi(id, context('amiBuiltAt'));
  if (existsSync(MANIFEST)) return bakedAmi(readFileSync(MANIFEST, 'utf8'), region);
  throw new Error(
    `No image to launch: ${MANIFEST} does not exist. Bake one with npm run bake, or name one with --ami ami-… (cdk: -c amiId=ami-…)`,
  );
}
