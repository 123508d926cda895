import { idempotencyKey } from '../../server/idempotency/key.ts';
import { DynamoDBModel } from './aws/dynamodb.ts';
import { Network } from './aws/network.ts';
import { Replication } from './aws/replication.ts';
import { S3Model } from './aws/s3.ts';
import { History } from './engine/history.ts';
import { type Random, randomOf } from './engine/random.ts';
import { type Owner, Scheduler } from './engine/scheduler.ts';
import type { Plan } from './plan.ts';

/** A property of the protocol that does not hold. */
export interface Violation {
  /** The file name of the invariant. */
  readonly invariant: string;
  readonly message: string;
}

/** More than the error of any system clock of a run. */
const EXPIRED_SINCE_S = 7_200;

/** A region with its replica of the table and its own bucket. */
export interface Region {
  readonly name: string;
  readonly database: DynamoDBModel;
  readonly bucket: S3Model;
}

const REGION_NAMES = ['eu-west-1', 'eu-central-1'] as const;

/** The partition key of the item of an idempotency key. */
export function partitionOfKey(text: string): string {
  return `key#${idempotencyKey(text, '', '').digest}`;
}

/** Everything of one run outside the processes of the server. */
export class World {
  readonly plan: Plan;
  readonly scheduler = new Scheduler();
  readonly history: History;
  readonly network: Network;
  /** One or two, the home region first. Each has its own machines. */
  readonly regions: readonly Region[];
  readonly replication: Replication;
  /** For clients and processes. */
  readonly random: Random;
  violation: Violation | undefined;
  /** Called when a process sends a command. */
  onSend: (from: Owner, command: string) => void = () => {};

  constructor(plan: Plan, keepHistory: boolean) {
    this.plan = plan;
    const nowMicros = () => this.scheduler.nowMicros();
    this.history = new History(nowMicros, keepHistory);
    this.random = randomOf(plan.seed, 0);
    const storage = randomOf(plan.seed, 1);
    const refuses = (lines: string) => lines.split('\n').some((line) => this.isRefused(line.split(' ')[1] ?? ''));
    const names = plan.slowestReplicationMs === undefined ? [REGION_NAMES[0]] : REGION_NAMES;
    this.regions = names.map((name) => ({
      name,
      database: new DynamoDBModel(
        nowMicros,
        () => storage.next(),
        plan.staleMs,
        plan.refusedEvery === undefined ? () => false : refuses,
      ),
      bucket: new S3Model(() => (plan.epochMicros + nowMicros()) / 1_000),
    }));
    this.replication = new Replication(
      this.regions.map(({ database }) => database.table),
      this.scheduler,
      plan,
    );
    this.network = new Network({
      onSend: (from, command) => this.onSend(from, command),
      scheduler: this.scheduler,
      history: this.history,
      seed: plan.seed,
      weather: plan.weather,
      faultyRequests: plan.faultyRequests,
      onModelError: (error) => this.violate('model', error.stack ?? error.message),
    });
  }

  /** The home region, in which all users and all keys are. */
  get home(): Region {
    return this.regions[0] as Region;
  }

  /** A key that expired and that DynamoDB has not deleted yet. */
  putExpiredKey(text: string): void {
    const pk = { S: partitionOfKey(text) };
    const expires = { N: String(Math.floor(this.plan.epochMicros / 1e6) - EXPIRED_SINCE_S) };
    const former = { fingerprint: { S: 'of a former request' }, result: { S: 'of a former request' } };
    this.home.database.table.write({ pk, sk: { S: 'key' } }, { pk, sk: { S: 'key' }, ...former, expires });
  }

  /** Whether the table refuses a block with this request. */
  isRefused(trace: string): boolean {
    const { refusedEvery } = this.plan;
    return refusedEvery !== undefined && Number.parseInt(trace.slice(-24), 16) % refusedEvery === 0;
  }

  /** Records the first violation, which ends the run. */
  violate(invariant: string, message: string): void {
    if (this.violation !== undefined) return;
    this.violation = { invariant, message };
    this.history.add('violation', () => `${invariant}: ${message}`);
    this.scheduler.stop();
  }
}
