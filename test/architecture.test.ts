import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');
const sources = globSync('{server,infra,ami,scripts}/**/*.{ts,js}', { cwd: root }).filter(
  (path) => !path.includes('node_modules'),
);

/** What a file imports: paths from the root for our own files, package names for the rest. */
const importsOf = (path: string): string[] =>
  Array.from(
    readFileSync(join(root, path), 'utf8').matchAll(
      /(?:^import|^\} from|^export (?:type )?[*{].* from|\bimport\()[^'"]*['"]([^'"]+)['"]/gm,
    ),
    ([, target = '']) => (target.startsWith('.') ? relative(root, join(root, dirname(path), target)) : target),
  );

const arrows = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

/** The arrows that a rule forbids, as `from -> to`. */
const broken = (forbidden: (arrow: { from: string; to: string }) => boolean): string[] =>
  arrows.filter(forbidden).map(({ from, to }) => `${from} -> ${to}`);

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);
const isAwsSdk = (target: string) => target.startsWith('@aws-sdk/') || target.startsWith('@smithy/');
const isCdk = (target: string) => target === 'constructs' || target.startsWith('aws-cdk-lib') || target === 'cdk-nag';

describe('the arrows', () => {
  it('are seen by this test', () => {
    assert.ok(arrows.some(({ from, to }) => from === 'server/main.ts' && to === 'server/service.ts'));
    assert.ok(
      arrows.some(
        ({ from, to }) => from === 'server/dynamodb/database.ts' && to === 'server/dynamodb/embedded-database.ts',
      ),
    );
  });

  it('lead from the server to nothing but itself', () => {
    assert.deepEqual(
      broken(({ from, to }) => within(from, 'server') && (isCdk(to) || /^(infra|ami|scripts|test)\//.test(to))),
      [],
    );
  });

  it('lead from one program to another through its contract only', () => {
    const programs = ['server', 'infra', 'ami', 'scripts'];
    const programOf = (path: string) => programs.find((program) => within(path, program));
    const crossing = ({ from, to }: { from: string; to: string }) => {
      const target = programOf(to);
      return target !== undefined && target !== programOf(from) && to !== `${target}/contract.ts`;
    };
    assert.deepEqual(broken(crossing), []);
  });

  it('lead from the image to no contract of the stack, and from a contract nowhere', () => {
    assert.deepEqual(
      broken(({ from, to }) => (within(from, 'ami') && within(to, 'infra')) || from.endsWith('/contract.ts')),
      [],
    );
  });

  it('lead from the stack to no AWS SDK, and from the scripts to no CDK', () => {
    assert.deepEqual(
      broken(({ from, to }) => within(from, 'infra') && isAwsSdk(to)),
      [],
    );
    assert.deepEqual(
      broken(({ from, to }) => within(from, 'scripts') && isCdk(to)),
      [],
    );
  });

  it('keep Express in the HTTP layer', () => {
    const http = (path: string) => within(path, 'server/http');
    assert.deepEqual(
      broken(({ from, to }) => within(from, 'server') && !http(from) && /^(express|helmet|accepts)$/.test(to)),
      [],
    );
  });

  it('keep the AWS SDK in its adapters', () => {
    const adapter = /^server\/dynamodb\/|^server\/metrics\/cloudwatch\.ts$/;
    const wiring = /^server\/service\.ts$/; // type of the client only
    assert.deepEqual(
      broken(({ from, to }) => within(from, 'server') && isAwsSdk(to) && !adapter.test(from) && !wiring.test(from)),
      [],
    );
  });

  it('keep the domain free of the HTTP layer', () => {
    const domain = (path: string) =>
      within(path, 'server') && !within(path, 'server/http') && !/^server\/(main|service)\.ts$/.test(path);
    assert.deepEqual(
      broken(({ from, to }) => domain(from) && within(to, 'server/http')),
      [],
    );
  });

  it('lead to an entry point from nowhere', () => {
    assert.deepEqual(
      broken(({ to }) => /^(server|infra)\/main\.ts$/.test(to)),
      [],
    );
  });
});

describe('the environment', () => {
  it('is read by entry points and configuration only', () => {
    const readers = sources.filter((path) => /\bprocess\.(env|argv)\b/.test(readFileSync(join(root, path), 'utf8')));
    const allowed =
      /^(server\/(main|dynamodb\/embedded-database-process)\.ts|infra\/main\.ts|ami\/(facts\/record|launch-hook\/main)\.ts|scripts\/)/;
    assert.deepEqual(
      readers.filter((path) => !allowed.test(path)),
      [],
    );
  });
});
