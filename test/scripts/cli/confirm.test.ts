import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { confirm } from '../../../scripts/cli/confirm.ts';

function terminal({ isTTY = true } = {}) {
  return { input: Object.assign(new PassThrough(), { isTTY }), output: new PassThrough() };
}

describe('confirm', () => {
  it('goes on when exactly the asked word is typed', async () => {
    const { input, output } = terminal();
    const asking = confirm('Destroy prod?', 'prod', { input, output });
    input.write('prod\n');
    await asking;
    assert.match(String(output.read()), /Destroy prod\?\nType 'prod' to go on/);
  });

  it('stops for any other word', async () => {
    const { input, output } = terminal();
    const asking = confirm('Destroy prod?', 'prod', { input, output });
    input.write('y\n');
    await assert.rejects(asking, /not confirmed \(typed 'y'\): nothing was changed/);
  });

  it('stops when the terminal is closed', async () => {
    const { input, output } = terminal();
    const asking = confirm('Destroy prod?', 'prod', { input, output });
    input.end();
    await assert.rejects(asking, /not confirmed/);
  });

  it('refuses to continue without a terminal', async () => {
    const asking = confirm('Destroy prod?', 'prod', terminal({ isTTY: false }));
    await assert.rejects(asking, /no terminal to ask on: pass --yes/);
  });
});
