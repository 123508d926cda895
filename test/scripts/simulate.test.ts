import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runEntry } from './run-entry.ts';
import { network, service } from './scaling/template/stage-example.ts';

describe('npm run simulate', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulate-'));
    await writeFile(join(folder, 'stampede-dev-network.template.json'), JSON.stringify(network));
    await writeFile(join(folder, 'stampede-dev-service.template.json'), JSON.stringify(service));
    await writeFile(join(folder, 'measured.json'), '{"requestsPerInstance": 100, "bootS": 30}');
    await writeFile(join(folder, 'broken.csv'), '0,1\nsoon,2\n');
  });

  after(() => rm(folder, { recursive: true }));

  /** Runs the command on the example stage. */
  const simulate = (...options: string[]) => runEntry('scripts/simulate.ts', ['--template', folder, ...options]);

  it('shows chart, events, sums and price of one stage', async () => {
    const { code, stdout, stderr } = await simulate(
      '--trace',
      'spike',
      '--base',
      '90',
      '--peak',
      '300',
      '--capacity',
      '100',
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /^spike, 100 requests\/s per instance, boot 60 s\n/);
    assert.match(stdout, /█ served {2}▒ refused {2}· spare/);
    assert.match(stdout, /0:18:00 {2}desired capacity 2 → 4/);
    assert.match(stdout, /\noverloaded {8}240 s\n/);
    assert.match(stdout, /\ninstance-hours {4}\d+\.\d\d of t4g.small\nprice {13}0\.\d{3} USD\n/);
    assert.match(stdout, /list prices as of \d{4}-\d\d-\d\d .*verify/);
  });

  it('sets two settings side by side', async () => {
    const { stdout } = await simulate(
      '--trace',
      'spike',
      '--capacity',
      '100',
      '--set',
      'min=4',
      '--set',
      'out.threshold=50',
    );
    assert.match(stdout, / as synthesised {5}min=4 out.threshold=50\n/);
    assert.match(stdout, /\nfleet {13}2 to 8 in 2 zones {2}4 to 8 in 2 zones\n/);
  });

  it('compares with another synth', async () => {
    const { code, stdout } = await simulate('--against', join(folder, '.'), '--json');
    assert.equal(code, 0);
    const { runs } = JSON.parse(stdout);
    assert.equal(runs.length, 2);
    assert.deepEqual(runs[0].summary, runs[1].summary);
  });

  it('warns of flapping', async () => {
    const nervous = ['--set', 'in.threshold=58', '--base', '170', '--peak', '171', '--capacity', '100'];
    const { stdout } = await simulate(...nervous);
    assert.match(stdout, /Warning: in.threshold=58 flaps \d+ times .*lower the scale-in threshold/);
    assert.doesNotMatch(stdout, /Warning: as synthesised/);
  });

  it('notes what a burstable instance would meet, and the simulation does not', async () => {
    const { stdout } = await simulate('--trace', 'ramp', '--capacity', '100');
    assert.match(stdout, /Note: as synthesised averages \d\d % CPU, above the 20 % baseline of t4g.small: CPU credits/);
    const { stdout: idle } = await simulate('--base', '10', '--peak', '11', '--capacity', '100');
    assert.doesNotMatch(idle, /Note:/);
  });

  it('notes scheduled actions, which it leaves out', async () => {
    const scheduled = { Type: 'AWS::AutoScaling::ScheduledAction', Properties: { Recurrence: '0 6 * * *' } };
    const file = join(folder, 'scheduled.template.json');
    // One file can hold a whole stage: nothing is imported then.
    const Fleet = {
      ...service.Resources.Fleet,
      Properties: { ...service.Resources.Fleet.Properties, VPCZoneIdentifier: [], AvailabilityZones: ['eu-west-1a'] },
    };
    await writeFile(file, JSON.stringify({ Resources: { ...service.Resources, Fleet, Morning: scheduled } }));
    const { stdout } = await simulate('--template', file);
    assert.match(stdout, /Note: as synthesised has 1 scheduled actions, which are not modelled/);
  });

  it('prints all of it as JSON', async () => {
    const measured = join(folder, 'measured.json');
    const options = ['--trace', 'ramp', '--duration', '600', '--capacity', measured, '--fault', 'kill:1@100', '--json'];
    const { stdout } = await simulate(...options);
    const { title, runs } = JSON.parse(stdout);
    assert.equal(title, 'ramp, 100 requests/s per instance, boot 30 s');
    const [{ timeline, events, cost, settings }] = runs;
    assert.equal(timeline.length, 60);
    assert.deepEqual(events[0], { second: 100, kind: 'fault', text: '1 instances stop answering' });
    assert.equal(cost.hourPriceUsd, 0.0168);
    assert.deepEqual(settings.bounds, { min: 2, max: 8 });
  });

  it('takes the prices of another region', async () => {
    const { stdout } = await simulate('--region', 'eu-central-1', '--json');
    assert.equal(JSON.parse(stdout).runs[0].cost.hourPriceUsd, 0.0192);
  });

  it('prints its usage', async () => {
    const { code, stdout } = await simulate('--help');
    assert.equal(code, 0);
    assert.match(stdout, /Usage: npm run simulate -- \[options\]/);
    assert.match(stdout, /--trace <name> +ramp, spike, daily, flash-crowd, or a .csv file/);
  });

  const failures: [string, string[], number, RegExp][] = [
    [
      'an unknown trace',
      ['--trace', 'wave'],
      2,
      /^simulate: --trace is 'wave': expected ramp.* \(see npm run simulate -- --help\)$/,
    ],
    ['a rate of zero', ['--peak', '0'], 2, /^simulate: --peak is '0': expected a number above 0/],
    ['a boot time in parts', ['--boot', '1.5'], 2, /^simulate: --boot is '1.5': expected a whole number/],
    ['an unknown option', ['--speed', '2'], 2, /^simulate: Unknown option '--speed'/],
    [
      'a stage that was not synthesised',
      ['--stage', 'prod'],
      1,
      /^simulate: .* has no template of stage 'prod'.*npm run synth$/,
    ],
    ['a broken line of a trace', ['--trace', 'BROKEN'], 1, /^simulate: .*broken\.csv:2 is 'soon,2': expected seconds,/],
    ['a trace that is not there', ['--trace', 'none.csv'], 1, /^simulate: none.csv cannot be read: ENOENT/],
    ['a region without prices', ['--region', 'mars-1'], 1, /^simulate: no prices of region 'mars-1'/],
  ];
  for (const [what, options, code, message] of failures) {
    it(`says in one line what is wrong with ${what}`, async () => {
      const result = await simulate(...options.map((option) => option.replace('BROKEN', join(folder, 'broken.csv'))));
      assert.equal(result.code, code);
      assert.equal(result.stdout, '');
      assert.match(result.stderr.trimEnd(), message);
      assert.equal(result.stderr.trimEnd().split('\n').length, 1);
    });
  }
});
