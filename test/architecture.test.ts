import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = globSync('{server,ami,infra,scripts}/**/*.{ts,js}', { cwd: root }).filter(
  (path) => !/node_modules|\.d\.ts$|pages\/assets/.test(path),
);

/** Shared by all stacks of `infra/`. */
const INFRA_BASE = [
  'infra/alarm-priorities.ts',
  'infra/ami.ts',
  'infra/encrypted-bucket.ts',
  'infra/runbook-alarm.ts',
  'infra/stage-stack.ts',
  'infra/statement.ts',
  'infra/workflow.ts',
];

/** How a block is stored. The commands that read tables decode blocks by the code that encodes them. */
const BLOCK_FORMAT = ['server/timestamps/block.ts', 'server/timestamps/iso-time.ts'];

/**
 * Each folder and what its files may import of our own code besides the folder itself and the contracts. A path that
 * ends in `.ts` allows one file. The longest matching folder decides, so `server/http` includes its subfolders.
 */
const WINGS: Readonly<Record<string, readonly string[]>> = {
  'server/idempotency': ['server/errors.ts'],
  'server/timestamps': ['server/errors.ts', 'server/runtime.ts', 'server/idempotency'],
  'server/users': ['server/errors.ts', 'server/idempotency', 'server/timestamps'],
  'server/regions': ['server/runtime.ts', 'server/timestamps'],
  'server/dynamodb': [
    'server/credentials.ts',
    'server/expired-credentials.ts',
    'server/errors.ts',
    'server/config.ts',
    'server/runtime.ts',
    'server/retry.ts',
    'server/idempotency',
    'server/regions',
    'server/timestamps',
    'server/users',
  ],
  'server/spill': [
    'server/credentials.ts',
    'server/expired-credentials.ts',
    'server/runtime.ts',
    'server/retry.ts',
    'server/timestamps',
  ],
  'server/admission': ['server/errors.ts', 'server/config.ts'],
  'server/secrets': ['server/config.ts', 'server/timestamps'],
  'server/metrics': ['server/config.ts', 'server/runtime.ts'],
  'server/tracing': ['server/timestamps'],
  'server/cpu-load': ['server/errors.ts'],
  'server/http': [
    'server/errors.ts',
    'server/config.ts',
    'server/runtime.ts',
    'server/service-facts.ts',
    'server/version.ts',
    'server/idempotency',
    'server/timestamps',
    'server/users',
    'server/metrics',
    'server/cpu-load',
  ],
  server: ['server'],
  ami: [],
  'infra/scaling': [],
  'infra/settings': ['infra/scaling'],
  'infra/archive': [...INFRA_BASE],
  'infra/data': [...INFRA_BASE, 'infra/archive', 'infra/scaling', 'infra/settings'],
  'infra/network': [...INFRA_BASE, 'infra/settings', 'infra/data'],
  'infra/service': [...INFRA_BASE, 'infra/scaling', 'infra/settings', 'infra/data', 'infra/network'],
  'infra/canary': [...INFRA_BASE, 'infra/settings', 'infra/data', 'infra/service'],
  'infra/operations': [
    ...INFRA_BASE,
    'infra/archive',
    'infra/canary',
    'infra/settings',
    'infra/data',
    'infra/network',
    'infra/service',
  ],
  infra: ['infra'],
  'scripts/cli': [],
  'scripts/aws': ['scripts/cli'],
  'scripts/table': ['scripts/cli', 'scripts/aws', ...BLOCK_FORMAT],
  'scripts/export': ['scripts/cli', 'scripts/table'],
  'scripts/restore': ['scripts/cli', 'scripts/aws', 'scripts/table'],
  'scripts/stage': ['scripts/cli', 'scripts/aws'],
  'scripts/account': ['scripts/cli', 'scripts/aws', 'scripts/scaling/template', 'scripts/stage'],
  'scripts/probe': ['scripts/cli'],
  'scripts/machine': ['scripts/cli'],
  'scripts/image': ['scripts/cli', 'scripts/aws', 'scripts/machine'],
  'scripts/scaling/model': [],
  'scripts/scaling/template': ['scripts/scaling/model'],
  'scripts/scaling/simulate': ['scripts/cli', 'scripts/scaling/model', 'scripts/scaling/template'],
  'scripts/rights': ['scripts/scaling'],
  'scripts/drills/core': ['scripts/cli', 'scripts/scaling/model'],
  'scripts/drills/artillery': ['scripts/cli', 'scripts/drills/core'],
  'scripts/drills/aws': [
    'scripts/cli',
    'scripts/aws',
    'scripts/stage',
    'scripts/restore',
    'scripts/scaling',
    'scripts/drills/core',
    'scripts/drills/artillery',
    'scripts/drills/registry.ts',
    'scripts/drills/drill.ts',
  ],
  'scripts/drills/rehearsal': [
    'scripts/cli',
    'scripts/table',
    'scripts/restore/record.ts',
    'scripts/machine',
    'scripts/image',
    'scripts/scaling',
    'scripts/rights',
    'scripts/probe',
    'scripts/drills/core',
    'scripts/drills/artillery',
    'scripts/drills/registry.ts',
    'scripts/drills/drill.ts',
  ],
  'scripts/drills': ['scripts/cli', 'scripts/drills/core'],
  'scripts/torture': ['scripts/cli', 'scripts/machine', 'scripts/drills/core', 'scripts/bench'],
  'scripts/bench': ['scripts/cli'],
  'scripts/cost': [
    'scripts/cli',
    'scripts/scaling/template',
    'scripts/bench/results.ts',
    'scripts/bench/commit-windows.ts',
  ],
  'scripts/status': ['scripts/cli', 'scripts/aws', 'scripts/stage', 'scripts/scaling/template', 'scripts/cost'],
  scripts: ['scripts'],
};

const CONTRACTS = ['server/contract.ts', 'ami/contract.ts', 'infra/contract.ts'];
/** The contracts that a program may import from other programs. */
const CONTRACTS_OF: Readonly<Record<string, readonly string[]>> = {
  server: ['server/contract.ts'],
  ami: ['server/contract.ts', 'ami/contract.ts'],
  infra: CONTRACTS,
  scripts: CONTRACTS,
};

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const wingOf = (path: string): string => {
  const folders = Object.keys(WINGS).filter((folder) => within(path, folder));
  return folders.toSorted((one, other) => other.length - one.length)[0] ?? '';
};

/** The imports of a file: paths from the root for our own files, package names for the rest. */
const importsOf = (path: string): string[] =>
  Array.from(
    textOf(path).matchAll(/(?:^import\b[^'"]*?|^\} from |^export [^'"=]* from |\bimport\()['"]([^'"]+)['"]/gm),
    ([, target = '']) => (target.startsWith('.') ? relative(root, join(root, dirname(path), target)) : target),
  );

const arrows = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

/** The imports that a rule forbids, as `from -> to`. */
const broken = (forbidden: (arrow: { from: string; to: string }) => boolean): string[] =>
  arrows.filter(forbidden).map(({ from, to }) => `${from} -> ${to}`);

const isAwsSdk = (target: string) => target.startsWith('@aws-sdk/') || target.startsWith('@smithy/');
const isCdk = (target: string) => target === 'constructs' || target.startsWith('aws-cdk-lib') || target === 'cdk-nag';

describe('imports', () => {
  it('are seen by this test', () => {
    assert.ok(arrows.some(({ from, to }) => from === 'server/main.ts' && to === 'server/service.ts'));
    assert.ok(arrows.some(({ from, to }) => from === 'scripts/deploy.ts' && to === 'scripts/cli/main.ts'));
  });

  it('are in a folder with a list of allowed imports', () => {
    assert.deepEqual(
      sources.filter((path) => wingOf(path) === ''),
      [],
    );
    assert.deepEqual(
      Object.keys(WINGS).filter((wing) => !sources.some((path) => wingOf(path) === wing)),
      [],
    );
  });

  it('go from each folder only to the folders in its list', () => {
    assert.deepEqual(
      broken(({ from, to }) => {
        const wing = wingOf(from);
        if (wingOf(to) === '' || wingOf(to) === wing || CONTRACTS.includes(to)) return false;
        return !WINGS[wing]?.some((allowed) => within(to, allowed));
      }),
      [],
    );
  });

  it('go to another program only through its contract', () => {
    const programOf = (path: string) => path.split('/', 1)[0] ?? '';
    assert.deepEqual(
      broken(({ from, to }) => {
        if (!(programOf(to) in CONTRACTS_OF) || (programOf(to) === programOf(from) && !CONTRACTS.includes(to)))
          return false;
        if (wingOf(from) === 'scripts/table' && BLOCK_FORMAT.includes(to)) return false;
        return !CONTRACTS_OF[programOf(from)]?.includes(to);
      }),
      [],
    );
  });

  it('do not exist in contracts', () => {
    assert.deepEqual(
      broken(({ from }) => CONTRACTS.includes(from)),
      [],
    );
  });

  it('form no cycle between folders', () => {
    const reaches = (from: string, seen: readonly string[] = []): string[] => {
      if (seen.includes(from)) return [[...seen, from].join(' -> ')];
      const next = (WINGS[from] ?? []).map(wingOf).filter((wing) => wing !== from);
      return [...new Set(next)].flatMap((wing) => reaches(wing, [...seen, from]));
    };
    const inside = Object.keys(WINGS).filter((wing) => wing.includes('/'));
    assert.deepEqual(
      inside.flatMap((wing) => reaches(wing)).filter((path) => !path.split(' -> ').includes('server')),
      [],
    );
  });

  it('keep the domain free of technology', () => {
    const domain = (path: string) => /^server\/(idempotency|timestamps|users)\//.test(path);
    assert.deepEqual(
      broken(({ from, to }) => domain(from) && wingOf(to) === '' && !to.startsWith('node:')),
      [],
    );
  });

  it('allow CDK only in the stack, and the AWS SDK only in the adapters', () => {
    assert.deepEqual(
      broken(({ from, to }) => isCdk(to) && !within(from, 'infra')),
      [],
    );
    const adapters = [
      'server/dynamodb',
      'server/spill/s3-bucket.ts',
      'server/metrics/cloudwatch.ts',
      'server/secrets/read-secret.ts',
      'server/secrets/stage-secret.ts',
      'ami/launch-hook',
      'scripts',
    ];
    const wiring = 'server/service.ts'; // the type of the client only
    assert.deepEqual(
      broken(({ from, to }) => isAwsSdk(to) && from !== wiring && !adapters.some((adapter) => within(from, adapter))),
      [],
    );
  });

  it('allow Express only in the HTTP layer', () => {
    assert.deepEqual(
      broken(
        ({ from, to }) =>
          within(from, 'server') && !within(from, 'server/http') && /^(express|helmet|accepts)$/.test(to),
      ),
      [],
    );
  });

  it('never go to an entry point', () => {
    assert.deepEqual(
      broken(({ to }) => /^(server|infra)\/main\.ts$|^scripts\/[\w-]+\.ts$/.test(to)),
      [],
    );
  });
});

describe('the folders', () => {
  it('contain at most 20 files, except scripts/ itself', () => {
    const counts = Map.groupBy(
      globSync('{server,ami,infra,scripts}/**/*.*', { cwd: root }).filter(
        (path) => !/node_modules|package(-lock)?\.json$/.test(path),
      ),
      dirname,
    );
    const crowded = [...counts].filter(([folder, files]) => folder !== 'scripts' && files.length > 20);
    assert.deepEqual(
      crowded.map(([folder, files]) => `${folder}: ${files.length}`),
      [],
    );
  });

  it('include scripts/, which has one file per npm command and nothing else', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const started = Object.values(scripts).flatMap((line) => line.match(/scripts\/[\w-]+\.ts/g) ?? []);
    assert.deepEqual(globSync('scripts/*.*', { cwd: root }).toSorted(), [...new Set(started)].toSorted());
  });
});

describe('the environment', () => {
  it('is read only by entry points and configuration', () => {
    const readers = sources.filter((path) => /\bprocess\.(env|argv)\b/.test(textOf(path)));
    const allowed =
      /^(server\/(main|dynamodb\/(embedded-database-process|embedded\/replica-process))\.ts|infra\/main\.ts|ami\/|scripts\/)/;
    assert.deepEqual(
      readers.filter((path) => !allowed.test(path)),
      [],
    );
  });
});
