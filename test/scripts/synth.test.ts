import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

/** What cdk 2 prints: two annotations, and a finding of cdk-nag. */
const OUTPUT = 'test/scripts/stage/cdk-annotations.txt';

const CDK = 'node_modules/.bin/cdk';

describe('npm run synth', () => {
  it('synthesises a stage without an image, and prints the findings without the noise of cdk', async () => {
    const says = 'WARNING The service uses plain HTTP\nSupply a stack id (a, b) to display its template.';
    await using programs = await fakePrograms({ [CDK]: `echo '${says}' >&2` });
    const args = ['--stage', 'pr-1', '--set', 'nat=single', '--output', 'out'];
    const { code, stdout, stderr } = await runEntry('scripts/synth.ts', args, { cwd: programs.folder });
    assert.equal(code, 0, stderr);
    const [line, ...more] = await programs.started();
    const image = '-c amiId=ami-0123456789abcdef0 -c amiBuiltAt=2026-11-21T00:00:00Z';
    assert.equal(line, `${CDK} synth --quiet --output out -c stage=pr-1 ${image} -c nat=single`);
    assert.deepEqual(more, []);
    assert.equal(stderr, `$ ${line}\nWARNING The service uses plain HTTP\n`);
    assert.equal(stdout, 'The templates of stage pr-1 are in out\n');
  });

  it('prints each annotation as a sentence, and findings of cdk-nag with their construct', async () => {
    await using programs = await fakePrograms({ [CDK]: `cat '${resolve(OUTPUT)}' >&2` });
    const { code, stderr } = await runEntry('scripts/synth.ts', [], { cwd: programs.folder });
    assert.equal(code, 0, stderr);
    const [, ...lines] = stderr.trimEnd().split('\n');
    assert.deepEqual(lines, [
      'WARNING The service uses plain HTTP: anyone on the network path can read and change requests.',
      'file:/app/infra/data/log-groups.ts:50:19',
      'ERROR S1: The S3 Bucket has server access logs disabled. (AwsSolutions)',
      '   stampede-dev-data/AccessLogs/Bucket/Resource',
      "   Acknowledge with 'AwsSolutions-S1'",
      'INFO NAT: a single gateway, lost with its zone',
    ]);
  });

  it('says in one line what is wrong with a setting', async () => {
    const says = 'There is no setting natt\nnode infra/main.ts: Subprocess exited with error 1';
    await using programs = await fakePrograms({ [CDK]: `echo '${says}' >&2; exit 1` });
    const { code, stderr } = await runEntry('scripts/synth.ts', ['--set', 'natt=x'], { cwd: programs.folder });
    assert.equal(code, 1);
    assert.match(stderr, /^\$ [^\n]+\nsynth: There is no setting natt\n$/);
  });
});
