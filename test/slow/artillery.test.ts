import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { MACHINES_PRELOAD, machineScript, OWN_ARTILLERY } from '../../scripts/drills/artillery/artillery.ts';
import { machinesCommand, machinesEnv } from '../../scripts/drills/aws/machines/command.ts';
import { listenAsAws } from '../scripts/aws/fake-aws.ts';

/** `.ci/rehearse` runs this file after the rehearsal has installed it. */
const skip = !existsSync(OWN_ARTILLERY) && 'artillery is not installed: npm run rehearse installs it';

describe('the locked artillery', { skip }, () => {
  it('accepts the command line of a drill with several machines, and asks AWS', async (t) => {
    const asked: string[] = [];
    const server = createServer(async (incoming, outgoing) => {
      asked.push(new URLSearchParams(await text(incoming)).get('Action') ?? '');
      outgoing.writeHead(403, { 'content-type': 'text/xml' });
      outgoing.end('<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>');
    });
    const { env, close } = await listenAsAws(server);
    t.after(close);
    const folder = await mkdtemp(join(tmpdir(), 'stampede-artillery-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const scriptFile = join(folder, 'artillery.json');
    const phases = [{ name: 'steady', durationS: 1, fromPerS: 2, toPerS: 2 }];
    await writeFile(scriptFile, JSON.stringify(machineScript({ target: 'http://127.0.0.1:9', phases }, 2, 'TOKEN')));
    const files = { artillery: OWN_ARTILLERY, scriptFile, reportFile: join(folder, 'report.json') };
    const [program, ...args] = machinesCommand(
      { ...files, cluster: 'stampede-dev-drill', region: 'eu-west-1', tokenName: 'TOKEN' },
      { count: 2, subnets: ['subnet-1', 'subnet-2'], securityGroup: 'sg-1' },
    );
    const variables = { ...machinesEnv('drill-1'), ...env, AWS_EC2_METADATA_DISABLED: 'true' };
    const { all, exitCode } = await execa(program, args, { env: variables, all: true, reject: false });
    assert.deepEqual([...new Set(asked)], ['GetCallerIdentity'], all);
    assert.notEqual(exitCode, 0);
    assert.match(all, /AccessDenied/);
  });

  it('keeps the event emitter that reports its periods', async () => {
    const globals = pathToFileURL(join(OWN_ARTILLERY, '../../dist/lib/artillery-global.js'));
    const code = `
      const { createGlobalObject } = await import('${globals}');
      await createGlobalObject();
      globalThis.artillery.globalEvents.emit('phaseStarted', {});
      process.exit();`;
    const args = ['--import', MACHINES_PRELOAD, '--input-type=module', '--eval', code];
    const { stdio } = await execa(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    assert.equal(stdio[3], 'started');
  });
});
