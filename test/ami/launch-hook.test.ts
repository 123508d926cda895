import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, describe, it, type TestContext } from 'node:test';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { LAUNCH_S } from '../../ami/contract.ts';
import { completeLaunch } from '../../ami/launch-hook/complete-launch.ts';

type Answer = (response: ServerResponse) => void;

const answers = (status: number, body = ''): Answer => {
  return (response) => void response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
};
const COMPLETED = answers(
  200,
  '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>',
);
const error = (status: number, code: string, message: string) =>
  answers(status, `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
const NO_ACTION = error(
  400,
  'ValidationError',
  'No active Lifecycle Action found with instance ID i-0123456789abcdef0',
);
const NOT_AUTHORIZED = error(
  403,
  'AccessDenied',
  'User is not authorized to perform: autoscaling:CompleteLifecycleAction',
);
const THROTTLED = error(400, 'Throttling', 'Rate exceeded');
const CONNECTION_LOST: Answer = (response) => void response.socket?.destroy();
const SILENCE: Answer = () => undefined;

/** What the replaced services answer, call by call; the last answer is repeated. */
interface World {
  readonly health?: Answer[];
  readonly metadata?: Answer[];
  readonly autoScaling?: Answer[];
}

/** A server that acts as the service, the metadata service and Auto Scaling, and records the lifecycle actions. */
async function startWorld(context: TestContext, world: World) {
  const actions: URLSearchParams[] = [];
  const script = { health: [answers(200)], metadata: [answers(200, 'a-token')], autoScaling: [COMPLETED], ...world };
  const next = (list: Answer[]) => (list.length > 1 ? list.shift() : list[0]) ?? answers(404);
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    if (request.url === '/health') return next(script.health);
    if (request.method === 'PUT' && request.url === '/latest/api/token') return next(script.metadata);
    if (request.url === '/latest/meta-data/instance-id') {
      const isKnown = request.headers['x-aws-ec2-metadata-token'] === 'a-token';
      return isKnown ? answers(200, 'i-0123456789abcdef0') : answers(401);
    }
    actions.push(new URLSearchParams(await text(request)));
    return next(script.autoScaling);
  };
  const server = createServer(async (request, response) => (await answerTo(request))(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const log: string[] = [];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new AutoScalingClient({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1 });
  // Pauses take no time, so that the launch has its real times.
  let nowMs = 0;
  const pause = async (ms: number) => {
    nowMs += ms;
  };
  const clock = { now: () => nowMs, pause };
  const complete = (changes: Partial<Record<keyof typeof LAUNCH_S, number>> = {}, metadataService = url) =>
    completeLaunch(
      {
        hookName: 'ready',
        autoScalingGroup: 'the-group',
        healthUrl: `${url}/health`,
        times: { ...LAUNCH_S, ...changes },
        clock,
        log: (line) => log.push(line),
        metadataService,
      },
      client,
    );
  return { complete, actions, log, elapsedS: () => nowMs / 1_000 };
}

describe('completing a launch', () => {
  before(() => {
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  });

  it('puts the instance in service once it is healthy', async (context) => {
    const { complete, actions, log } = await startWorld(context, { health: [answers(503), answers(200)] });
    assert.equal(await complete(), 'CONTINUE');
    assert.equal(actions.length, 1);
    assert.deepEqual(Object.fromEntries(actions[0] ?? []), {
      Action: 'CompleteLifecycleAction',
      Version: '2011-01-01',
      LifecycleHookName: 'ready',
      AutoScalingGroupName: 'the-group',
      InstanceId: 'i-0123456789abcdef0',
      LifecycleActionResult: 'CONTINUE',
    });
    assert.deepEqual(log, []);
  });

  it('abandons the launch if the instance is not healthy in time', async (context) => {
    const { complete, actions } = await startWorld(context, { health: [answers(503)] });
    assert.equal(await complete(), 'ABANDON');
    assert.equal(actions[0]?.get('LifecycleActionResult'), 'ABANDON');
  });

  it('sends the action again while Auto Scaling, IAM or the network are not ready', async (context) => {
    const autoScaling = [NO_ACTION, NOT_AUTHORIZED, THROTTLED, CONNECTION_LOST, COMPLETED];
    const { complete, actions, log } = await startWorld(context, { autoScaling });
    assert.equal(await complete(), 'CONTINUE');
    assert.equal(actions.length, 5);
    const start = 'CompleteLifecycleAction failed, trying again:';
    assert.deepEqual(
      log.map((line) => line.replace(/ \(.*/, '')),
      [
        `${start} Auto Scaling does not wait for this instance yet, or no longer`,
        `${start} the permissions of the instance role have not arrived yet`,
        `${start} too many calls at once`,
        `${start} the network does not reach it yet`,
      ],
    );
  });

  it('logs a failure that repeats once', async (context) => {
    const autoScaling = [NO_ACTION, NO_ACTION, NO_ACTION, COMPLETED];
    const { complete, actions, log } = await startWorld(context, { autoScaling });
    await complete();
    assert.equal(actions.length, 4);
    assert.equal(log.length, 1);
  });

  it('sends the action again when there is no answer', async (context) => {
    const { complete, actions, log } = await startWorld(context, { autoScaling: [SILENCE, COMPLETED] });
    assert.equal(await complete({ attempt: 0.2 }), 'CONTINUE');
    assert.equal(actions.length, 2);
    assert.match(log.join('\n'), /trying again: no answer in time/);
  });

  it('ends well when the action was completed but its answer was lost', async (context) => {
    const { complete, log } = await startWorld(context, { autoScaling: [CONNECTION_LOST, NO_ACTION] });
    assert.equal(await complete(), 'CONTINUE');
    assert.match(log.at(-1) ?? '', /an attempt without an answer completed the action/);
  });

  it('fails at the deadline with the last failure', async (context) => {
    const { complete, actions, elapsedS } = await startWorld(context, { autoScaling: [NOT_AUTHORIZED] });
    await assert.rejects(complete(), /CompleteLifecycleAction failed until the deadline: .*AccessDenied/);
    assert.ok(elapsedS() < LAUNCH_S.deadline && elapsedS() >= LAUNCH_S.deadline - LAUNCH_S.longestPause);
    assert.ok(actions.length >= LAUNCH_S.deadline / LAUNCH_S.longestPause);
  });

  it('asks the metadata service again', async (context) => {
    const metadata = [CONNECTION_LOST, answers(503), answers(200, 'a-token')];
    const { complete, log } = await startWorld(context, { metadata });
    assert.equal(await complete(), 'CONTINUE');
    assert.equal(log.length, 2);
    assert.match(log.join('\n'), /^Reading the instance id failed, trying again: the network does not reach it yet/);
  });

  it('fails at the deadline if the instance cannot read its id', async (context) => {
    const { complete, actions } = await startWorld(context, {});
    const failure = /Reading the instance id failed until the deadline: .*fetch failed/;
    await assert.rejects(complete({}, 'http://127.0.0.1:1'), failure);
    assert.equal(actions.length, 0);
  });
});
