import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };

const page = readFileSync('docs/proofs.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (claim|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, claim = '', offline = '', onAws = '', ...rest]) => ({ claim, offline, onAws, rest }));
const stages = readFileSync('.ci/run', 'utf8');

/** What a cell names as a proof: test files, stages of CI and commands. */
const proofsOf = (cell: string) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);

const exists = (proof: string) =>
  proof.startsWith('npm run ')
    ? proof.slice('npm run '.length) in manifest.scripts
    : existsSync(proof) && (/^test\/.+\.test\.ts$/.test(proof) || stages.includes(` ${proof}\n`));

describe('the table of proofs', () => {
  it('is read by this test', () => assert.ok(rows.length > 25));

  it('names for each claim a proof that exists', () => {
    assert.deepEqual(
      rows.filter(({ offline }) => proofsOf(offline).length === 0).map(({ claim }) => claim),
      [],
    );
    assert.deepEqual(
      rows.flatMap(({ offline }) => proofsOf(offline)).filter((proof) => !exists(proof)),
      [],
    );
  });

  it('says for each claim what is left to AWS', () => {
    assert.deepEqual(
      rows.filter(({ claim, onAws, rest }) => !claim || !onAws || rest.length !== 1),
      [],
    );
  });

  it('contains every command that calls AWS', () => {
    const commands = globSync('scripts/*.ts')
      .filter((path) => /from '\.\/(aws|stage)\//.test(readFileSync(path, 'utf8')))
      .flatMap((path) => Object.entries(manifest.scripts).filter(([, line]) => line.endsWith(` ${path}`)))
      .map(([name]) => `npm run ${name}`);
    assert.ok(commands.length > 10);
    assert.deepEqual(
      commands.filter((command) => !page.includes(`\`${command}\``)),
      [],
    );
  });

  it('contains every test of rights, transitions and AWS’s own rules', () => {
    const needed = globSync('test/infra/{rights,transitions}/*.test.ts');
    assert.ok(needed.length > 3);
    assert.deepEqual(
      [...needed, '.ci/ec2'].filter((proof) => !page.includes(`\`${proof}\``)),
      [],
    );
  });
});
