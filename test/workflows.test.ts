import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { BRANCH_GITHUB_ENVIRONMENTS } from '../infra/contract.ts';
import { fakePrograms } from './scripts/fake-programs.ts';

const run = promisify(execFile);

const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
type Step = z.infer<typeof step>;
const permissions = z.record(z.string(), z.string());
const job = z.looseObject({
  uses: z.string().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  steps: z.array(step).default([]),
});
const WORKFLOW = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: permissions.optional(),
  jobs: z.record(z.string(), job),
});
const ACTION = z.looseObject({ runs: z.looseObject({ steps: z.array(step) }) });

const paths = globSync('.github/{workflows/*.yml,actions/*/action.yml}').sort();
const texts = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
const parsed = <T>(schema: z.ZodType<T>, folder: string) =>
  [...texts].filter(([path]) => path.includes(folder)).map(([path, text]) => ({ path, ...schema.parse(parse(text)) }));
const workflows = parsed(WORKFLOW, '/workflows/');
const actions = parsed(ACTION, '/actions/');

/** The steps of a job, with those of our own actions in their places. */
function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((each) => {
    const own = actions.find(({ path }) => `./${path}` === `${each.uses}/action.yml`);
    return own ? allSteps(own.runs.steps) : [each];
  });
}

const jobs = workflows.flatMap(({ path, permissions: ofAll, jobs: all }) =>
  Object.entries(all).map(([name, { permissions: own = ofAll, ...rest }]) => ({
    ...rest,
    name: `${path}: ${name}`,
    permissions: own ?? {},
    steps: allSteps(rest.steps),
  })),
);
/** Jobs that can get AWS credentials. A job that calls another workflow has no steps; the jobs of that workflow count. */
const trusted = jobs.filter(({ uses, permissions: granted }) => !uses && granted['id-token'] === 'write');

/** The shell commands of jobs, as `job: line`. */
const commandsOf = (some: typeof jobs) =>
  some.flatMap(({ name, steps }) =>
    steps.flatMap(({ run = '' }) => run.split('\n').map((line) => `${name}: ${line.trim()}`)),
  );
const none = (found: readonly string[]) => assert.deepEqual(found, []);

describe('the workflows', () => {
  it('are seen by this test', () => {
    assert.ok(workflows.length > 2 && trusted.length > 2 && commandsOf(jobs).length > 10);
  });

  it('pin third-party actions by commit, with the version in a comment', () => {
    const uses = [...texts].flatMap(([path, text]) =>
      text.split('\n').flatMap((line) => (/uses: (?!\.\/)/.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
    assert.ok(uses.length > 10);
    none(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)));
  });

  it('have read permission only, and more only to assume an AWS role', () => {
    for (const { path, permissions: ofAll } of workflows) assert.deepEqual(ofAll, { contents: 'read' }, path);
    const granted = jobs.flatMap(({ name, permissions: all }) =>
      Object.entries(all).map(([scope, level]) => `${name}: ${scope}: ${level}`),
    );
    none(granted.filter((line) => !/: (contents: read|id-token: write)$/.test(line)));
  });

  it('give tokens for AWS only to jobs of an environment, which limits the branch and may ask for a review', () => {
    none(trusted.filter(({ environment }) => !environment).map(({ name }) => name));
  });

  it('run no install scripts of packages where a job can get such a token', () => {
    const installs = commandsOf(trusted).filter((line) => /\bnpm (ci|install|i)\b|\bnpx\b/.test(line));
    assert.ok(installs.length > 0);
    none(installs.filter((line) => !/\bnpm ci --ignore-scripts$/.test(line)));
  });

  it('run artillery only where a job cannot get such a token', () => {
    none(commandsOf(trusted).filter((line) => /artillery/.test(line)));
    const drills = commandsOf(trusted).filter((line) => /npm run drill\b/.test(line));
    assert.ok(drills.length > 0);
    none(drills.filter((line) => !/ --load built-in\b/.test(line)));
  });

  it('download no program without checking its checksum', () => {
    none(commandsOf(jobs).filter((line) => /\b(curl|wget)\b.*https?:|packer (init|plugins install)/.test(line)));
  });

  it('deploy no image whose bill of materials was not scanned, and scan the dependencies every day', () => {
    const deploy = workflows.find(({ path }) => path.endsWith('/deploy.yml'))?.jobs;
    assert.equal(deploy?.['scan']?.uses, './.github/workflows/scan.yml');
    assert.deepEqual([deploy['scan']['needs'], deploy['scan']['with']], ['bake', { sbom: 'sbom' }]);
    const ancestors = (name: string): readonly string[] =>
      [deploy[name]?.['needs'] ?? []].flat().flatMap((needed) => [String(needed), ...ancestors(String(needed))]);
    for (const stage of ['deploy-dev', 'deploy-prod']) assert.ok(ancestors(stage).includes('scan'), stage);
    assert.match(texts.get('.github/workflows/scan.yml') ?? '', /schedule:\n +- cron: /);
    none(
      jobs.filter(({ name, permissions: granted }) => name.includes('/scan.yml') && granted['id-token']).map(String),
    );
  });

  it('give jobs on pull requests the role for branches only, and delete with the code of main', () => {
    const ofPullRequests = workflows.filter(({ on }) => 'pull_request' in on || 'pull_request_target' in on);
    const environments = ofPullRequests.flatMap(({ jobs: all }) => Object.values(all).map((one) => one.environment));
    assert.deepEqual(
      environments.filter((environment) => environment !== undefined).toSorted(),
      [...BRANCH_GITHUB_ENVIRONMENTS].toSorted(),
    );
    // In this event, a checkout without a ref is that of the base branch; the job has rights that the author may lack.
    const onTarget = workflows.filter(({ on }) => 'pull_request_target' in on);
    assert.equal(onTarget.length, 1);
    const checkouts = onTarget.flatMap(({ jobs: all }) => Object.values(all).flatMap(({ steps }) => steps));
    for (const { uses = '', with: options } of checkouts) {
      if (uses.startsWith('actions/checkout@')) assert.deepEqual(options, { 'persist-credentials': false });
    }
  });

  it('deploy no environment for a closed pull request, and let no other label cancel its deletion', () => {
    const deploy = workflows.find(({ path }) => path.endsWith('/branch.yml'));
    const { if: condition = '', concurrency } = z
      .looseObject({ if: z.string(), concurrency: z.looseObject({ group: z.string() }) })
      .parse(deploy?.jobs['deploy']);
    assert.match(condition, /pull_request\.state == 'open'/);
    // A run that waits in a group is canceled by a newer one; a job that is skipped does not enter it.
    assert.equal(deploy?.['concurrency'], undefined);
    assert.equal(concurrency.group, 'branch-$' + '{{ github.event.pull_request.number }}');
  });

  it('delete the environments of branches every hour', () => {
    const cleanup = texts.get('.github/workflows/branch-cleanup.yml') ?? '';
    assert.match(cleanup, /schedule:\n +- cron: '\d+ \* \* \* \*'/);
    assert.match(cleanup, /npm run destroy -- --expired --unprotect --yes/);
  });

  it('bake for the regions of the stage that bakes, and deploy all regions of a stage', async () => {
    await using programs = await fakePrograms({ npm: 0 });
    const scriptOf = (job: string, command: string) =>
      jobs.find(({ name }) => name.endsWith(job))?.steps.find(({ run: script = '' }) => script.includes(command))?.run;
    const scripts = [
      scriptOf('/deploy.yml: bake', 'npm run bake --'),
      scriptOf('/deploy-stage.yml: deploy', 'npm run deploy --'),
    ];
    const environment = {
      PATH: `${programs.folder}:${process.env['PATH']}`,
      ...{ STAGE: 'prod', SETTINGS: 'nat=single', GITHUB_REPOSITORY: 'example/stampede' },
      ...{ GITHUB_REPOSITORY_OWNER: 'example', GITHUB_REPOSITORY_OWNER_ID: '1', GITHUB_REPOSITORY_ID: '2' },
    };
    for (const REGIONS of ['', 'eu-west-1,eu-central-1']) {
      for (const script of scripts) {
        await run('bash', ['-euo', 'pipefail', '-c', script ?? 'exit 1'], { env: { ...environment, REGIONS } });
      }
    }
    const settings = '--set githubRepository=example@1/stampede@2 --set nat=single';
    assert.deepEqual(
      (await programs.started()).map((line) => line.trimEnd()),
      [
        'npm run bake --',
        `npm run deploy -- --stage prod --yes ${settings}`,
        'npm run bake -- --regions eu-west-1,eu-central-1',
        `npm run deploy -- --stage prod --yes ${settings} --regions eu-west-1,eu-central-1`,
      ],
    );
  });

  it('use no expressions in shell scripts, where their values would be code', () => {
    none(commandsOf(jobs).filter((line) => line.includes('${{')));
  });

  it('contain no keys: AWS access uses a role, and nothing else is secret', () => {
    none([...texts].filter(([, text]) => /secrets\.|aws-access-key-id|aws-secret/.test(text)).map(([path]) => path));
  });
});
