import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { execa } from 'execa';
import { HOOKS, MACHINE_HOOKS } from '../../../../scripts/drills/artillery/artillery.ts';
import { fakePrograms } from '../../fake-programs.ts';

/** A machine that has got five answers, one of them a refusal, and then ends. */
const MACHINE = `
  const { recordAcknowledged, sendAcknowledged } = await import('./${MACHINE_HOOKS}');
  for (const [index, statusCode] of [201, 503, 201, 202, 201].entries()) {
    const body = JSON.stringify({ id: 'id' + index });
    await recordAcknowledged({}, { statusCode, body }, { vars: { keepEvery: Number(process.env.KEEP_EVERY) } });
  }
  await sendAcknowledged();
  process.exit();`;

describe('the hooks on each of several machines', () => {
  const runMachine = async (keepEvery: number, aws: string) => {
    const programs = await fakePrograms({ aws });
    // As on a machine: the folder has the hooks, and no package.json.
    await copyFile(HOOKS, join(programs.folder, MACHINE_HOOKS));
    const env = {
      PATH: `${programs.folder}:${process.env['PATH']}`,
      KEEP_EVERY: String(keepEvery),
      ARTILLERY_S3_BUCKET: 'artilleryio-test-data-1',
      ARTILLERY_TEST_RUN_ID: 'drill-1',
      WORKER_ID: 'task1',
    };
    const args = ['--input-type=module', '--eval', MACHINE];
    const { exitCode } = await execa(process.execPath, args, { cwd: programs.folder, env, reject: false });
    return { programs, exitCode, kept: await readFile(join(programs.folder, 'acknowledged.txt'), 'utf8') };
  };

  it('keep the ids of what was acknowledged, and send them to the bucket of artillery', async () => {
    const { programs, exitCode, kept } = await runMachine(1, 'exit 0');
    await using aws = programs;
    assert.equal(exitCode, 0);
    assert.equal(kept, 'id0\nid2\nid3\nid4\n');
    assert.deepEqual(await aws.started(), [
      'aws s3 cp --only-show-errors acknowledged.txt s3://artilleryio-test-data-1/test-runs/drill-1/acknowledged-task1.txt',
    ]);
  });

  it('keep every nth id of a large load', async () => {
    const { programs, kept } = await runMachine(3, 'exit 0');
    await using _ = programs;
    assert.equal(kept, 'id0\nid4\n');
  });

  it('fail if the ids cannot be sent', async () => {
    const { programs, exitCode } = await runMachine(1, 'exit 1');
    await using _ = programs;
    assert.notEqual(exitCode, 0);
  });
});
