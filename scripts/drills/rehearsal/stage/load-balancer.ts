import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { waitQuietly } from '../../../machine/wait.ts';
import { startBackground } from './background.ts';
import {
  HAPROXY_BACKEND,
  type HaproxyPlace,
  haproxyConfig,
  haproxyDeregistration,
  haproxyRegistration,
} from './haproxy-config.ts';
import type { Attachment } from './network.ts';
import type { StageFacts } from './stage-facts.ts';
import { TIME_FACTORS } from './time-factors.ts';

const START_DEADLINE_MS = 15_000;

/** The load balancer while it runs. */
export class Balancer {
  readonly address: string;
  readonly #place: HaproxyPlace;
  readonly #facts: StageFacts;

  private constructor(address: string, place: HaproxyPlace, facts: StageFacts) {
    this.address = address;
    this.#place = place;
    this.#facts = facts;
  }

  static async start(facts: StageFacts, at: Attachment, sandbox: Sandbox): Promise<Balancer> {
    const port = facts.balancer.listeners[0]?.port ?? 80;
    const adminSocket = join(sandbox.directory, 'haproxy.sock');
    const place = { listen: `${at.address}:${port}`, adminSocket, timeFactor: TIME_FACTORS.balancer };
    const file = join(sandbox.directory, 'haproxy.cfg');
    await writeFile(file, haproxyConfig(facts.balancer, facts.targetGroup, place));
    startBackground('haproxy', at.namespace.inside(['haproxy', '-db', '-f', file]), sandbox);
    const balancer = new Balancer(at.address, place, facts);
    const answers = () =>
      balancer.states().then(
        () => true,
        () => false,
      );
    await waitQuietly('HAProxy to take commands', answers, START_DEADLINE_MS);
    return balancer;
  }

  /** Registers a target; it gets requests once its health checks have passed. */
  async register(name: string, address: string): Promise<void> {
    for (const line of haproxyRegistration(name, address, this.#facts.targetGroup, this.#place)) await this.#say(line);
  }

  /** No new request for a target. */
  async drain(name: string): Promise<void> {
    for (const line of haproxyDeregistration(name).drain) await this.#say(line);
  }

  /** Forgets a target and cuts what it still answers. */
  async remove(name: string): Promise<void> {
    for (const line of haproxyDeregistration(name).remove) await this.#say(line);
  }

  /** Whether each target passes its health checks, by name. */
  async states(): Promise<ReadonlyMap<string, boolean>> {
    return targetStates(await this.#say('show stat'));
  }

  async #say(line: string): Promise<string> {
    const socket = connect(this.#place.adminSocket);
    socket.end(`${line}\n`);
    return await text(socket);
  }
}

/** Reads the answer to `show stat`: comma-separated, the state in column 18. */
export function targetStates(stat: string): ReadonlyMap<string, boolean> {
  const rows = stat.split('\n').map((line) => line.split(','));
  const targets = rows.filter(([proxy, name]) => proxy === HAPROXY_BACKEND && name !== 'BACKEND');
  return new Map(targets.map((row) => [row[1] ?? '', row[17]?.startsWith('UP') ?? false]));
}
