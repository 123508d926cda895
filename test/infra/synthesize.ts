import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps, type Stack, Validations } from 'aws-cdk-lib';
import { FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acknowledge } from '../../infra/acknowledged.ts';
import { readSettings } from '../../infra/settings/read.ts';
import type { Settings } from '../../infra/settings/table.ts';
import { addStampede, type Stampede } from '../../infra/stampede.ts';

/** A resource in a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties depend on the type, and tests name the ones that they read
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly UpdatePolicy?: any;
}

/** A synthesised template. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

/** The templates of one deployment. */
export interface Synthesized {
  readonly settings: Settings;
  readonly data: Template;
  readonly network: Template;
  readonly service: Template;
  readonly operations: Template;
  /** All four. */
  readonly all: readonly Template[];
  /** All four, by the name of their stack. */
  readonly templates: Readonly<Record<string, Template>>;
}

/** The parts of CDK's validation report that tests read. */
interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

/** Values of settings, as set by `-c name=value`. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Settings with every option on, so that every part of the stack is tested. */
export const EVERYTHING_ON = {
  domainName: 'stampede.example.org',
  hostedZoneId: 'Z0123456789',
  hostedZoneName: 'example.org',
  regions: 'eu-west-1,eu-central-1',
  waf: 'true',
  tracing: 'true',
  ttl: 'true',
  archive: 'true',
  sshCidrs: '198.51.100.0/24',
  schedule: 'Morning=0 6 * * MON-FRI=6',
  pageEmail: 'on-call@example.org',
  ticketEmail: 'people@example.org',
  pagerSecret: 'pager',
  githubRepository: 'example/stampede',
};

/** A certificate that does not exist. */
export const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/example';

const cdkJson = JSON.parse(readFileSync('cdk.json', 'utf8'));

const synthesized = new Map<string, Synthesized>();

/** Synthesises one deployment, once in each process: a test that changes a template must copy it. */
export function synthesize(stage: string, overrides: Overrides = {}): Synthesized {
  const key = JSON.stringify([stage, readSettings(stage, (name) => overrides[name])]);
  const stacks = synthesized.get(key) ?? read(build(stage, overrides, { builtinCloudFormationValidation: false }));
  synthesized.set(key, stacks);
  return stacks;
}

/** Synthesises one deployment like the app: with every validation, failing on unacknowledged findings. */
export function synthesizeValidated(stage: string, overrides: Overrides = {}): Synthesized {
  return readWithNag(stage, build(stage, overrides));
}

/** Synthesises one deployment, failing on unacknowledged findings of cdk-nag; test/slow/validation.test.ts does the rest. */
export function synthesizeWithNag(stage: string, overrides: Overrides = {}): Synthesized {
  return readWithNag(stage, build(stage, overrides, { builtinCloudFormationValidation: false }));
}

function readWithNag(stage: string, built: Built): Synthesized {
  acknowledge(built.app, { stage, settings: built.settings });
  Validations.of(built.app).addPlugins(new AwsSolutionsChecks());
  return read(built);
}

/** Ids of all findings of cdk-nag if none is acknowledged. */
export function unacknowledged(
  stage: string,
  overrides: Overrides = {},
): { settings: Settings; ids: readonly string[] } {
  const context = { [FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT]: false };
  const { app, settings, outdir } = build(stage, overrides, { builtinCloudFormationValidation: false, context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  app.synth();
  const { pluginReports }: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  const ids = pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
  return { settings, ids: [...new Set(ids)] };
}

const outdirs: string[] = [];
// Also after a failed synth, so that nothing is left behind.
process.on('exit', () => {
  for (const outdir of outdirs) rmSync(outdir, { recursive: true, force: true });
});

/** What no test reads, and what takes a fifth of the time. */
const OMITTED = { analyticsReporting: false, stackTraces: false, treeMetadata: false };
const OMITTED_METADATA = {
  'aws:cdk:disable-creation-stack-traces': true,
  'aws:cdk:disable-logicalId-metadata': true,
};

interface Built {
  readonly app: App;
  readonly stacks: Stampede;
  readonly settings: Settings;
  readonly outdir: string;
}

function build(stage: string, overrides: Overrides, { context = {}, ...props }: AppProps = {}): Built {
  const settings = readSettings(stage, (name) => overrides[name]);
  const outdir = mkdtempSync(join(tmpdir(), 'stampede-synth-'));
  outdirs.push(outdir);
  const app = new App({
    ...OMITTED,
    ...props,
    context: { ...cdkJson.context, ...OMITTED_METADATA, ...context },
    outdir,
  });
  const stacks = addStampede(app, { stage, settings, ami: { id: 'ami-0123456789abcdef0', builtAt: 1_795_219_200 } });
  return { app, stacks, settings, outdir };
}

function read({ app, stacks, settings }: Built): Synthesized {
  const assembly = app.synth();
  const template = (stack: Stack): Template => assembly.getStackByName(stack.stackName).template;
  const templates = {
    data: template(stacks.data),
    network: template(stacks.network),
    service: template(stacks.service),
    operations: template(stacks.operations),
  };
  const named = Object.entries(templates).map(([key, one]) => [stacks[key as keyof Stampede].stackName, one]);
  return { settings, ...templates, all: Object.values(templates), templates: Object.fromEntries(named) };
}

/** The resources of a type in one or more templates. */
export function resourcesOf(type: string, ...templates: readonly Template[]): readonly Resource[] {
  return templates.flatMap(({ Resources }) => Object.values(Resources).filter((resource) => resource.Type === type));
}

/** The only resource of a type. */
export function theResource(type: string, template: Template): Resource {
  const [resource, ...others] = resourcesOf(type, template);
  if (!resource || others.length > 0)
    throw new Error(`Template has ${others.length + (resource ? 1 : 0)} of ${type}, expected 1`);
  return resource;
}
