import { ExportViewType } from '@aws-sdk/client-dynamodb';
import { exportDefinition } from '../../../infra/archive/export-definition.ts';
import { runStateMachine } from './run-state-machine.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Exports can be made from the last 35 days. */
const RECOVERY_MS = 35 * DAY;

interface Window {
  readonly ExportFromTime: string;
  readonly ExportToTime: string;
  readonly ExportViewType: string;
}

interface ExportRequest {
  readonly ClientToken: string;
  readonly ExportType: string;
  readonly ExportTime?: string;
  readonly S3Prefix: string;
  readonly IncrementalExportSpecification?: Window;
}

/** What an export contains, for people: its partition, and its time or the two ends of its window. */
type Exported = readonly [prefix: string, ...times: string[]];

/** DynamoDB's exports and the progress parameter, with the rules that DynamoDB documents for windows. */
export class FakeExports {
  readonly exported: Exported[] = [];
  readonly requests: ExportRequest[] = [];
  tableName = 'Timestamps';
  progress = '{"table":""}';
  /** Exports that fail, and answers to requests for exports that are lost. */
  failing = 0;
  lost = 0;
  /** A request with the same token is answered with the failed export. */
  readonly #failed = new Set<string>();
  #createdMs: number;
  #nowMs: number;

  constructor(createdAt: string) {
    this.#createdMs = this.#nowMs = Date.parse(createdAt);
  }

  /** Another table takes the place of the old one. */
  restoreTo(tableName: string, at: string): void {
    this.tableName = tableName;
    this.#createdMs = Date.parse(at);
  }

  /** Runs the state machine at a time, and returns what it has exported. */
  async runAt(time: string): Promise<readonly Exported[]> {
    this.#nowMs = Date.parse(time);
    const before = this.exported.length;
    await runStateMachine(exportDefinition(this.#target), `run-at-${time}`, (action, args) => this.#call(action, args));
    return this.exported.slice(before);
  }

  get #target() {
    const { tableName } = this;
    return { tableName, tableArn: 'arn:table', bucketName: 'archive', keyArn: 'arn:key', parameterName: 'progress' };
  }

  get #recovery() {
    const [latest, reaches] = [this.#nowMs - 5 * MINUTE, this.#nowMs - RECOVERY_MS];
    return { earliest: Math.max(this.#createdMs, reaches), latest };
  }

  #call(action: string, args: Record<string, unknown>): unknown {
    switch (action) {
      case 'ssm:getParameter':
        return { Parameter: { Value: this.progress } };
      case 'ssm:putParameter':
        this.progress = String(args['Value']);
        return {};
      case 'dynamodb:describeContinuousBackups': {
        const { earliest, latest } = this.#recovery;
        const PointInTimeRecoveryDescription = {
          EarliestRestorableDateTime: new Date(earliest).toISOString(),
          LatestRestorableDateTime: new Date(latest).toISOString(),
        };
        return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription } };
      }
      case 'dynamodb:exportTableToPointInTime':
        return this.#start(args as unknown as ExportRequest);
      case 'dynamodb:describeExport':
        return { ExportDescription: this.#describe(String(args['ExportArn'])) };
      default:
        throw new Error(`unexpected call of ${action}`);
    }
  }

  #start(request: ExportRequest) {
    const known = this.requests.findIndex(({ ClientToken }) => ClientToken === request.ClientToken);
    if (known === -1) {
      this.#check(request);
      this.requests.push(request);
    }
    if (this.lost > 0) {
      this.lost -= 1;
      throw new Error('the answer was lost');
    }
    const number = known === -1 ? this.requests.length - 1 : known;
    return { ExportDescription: { ExportArn: `arn:export/${number}`, ExportStatus: 'IN_PROGRESS' } };
  }

  #check({ ExportType, ExportTime, IncrementalExportSpecification: window, ClientToken }: ExportRequest): void {
    if (ClientToken.length > 36) throw new Error('ValidationException: ClientToken is too long');
    const times = [ExportTime, window?.ExportFromTime, window?.ExportToTime].filter((time) => time !== undefined);
    const { earliest, latest } = this.#recovery;
    for (const time of times.map((each) => Date.parse(each)))
      if (!(time >= earliest && time <= latest)) throw new Error('InvalidExportTimeException: outside of recovery');
    if ((ExportType === 'INCREMENTAL_EXPORT') !== (window !== undefined))
      throw new Error('ValidationException: type and specification do not agree');
    if (!window) return;
    if (!Object.values<string>(ExportViewType).includes(window.ExportViewType))
      throw new Error(`ValidationException: ExportViewType is ${window.ExportViewType}`);
    const length = Date.parse(window.ExportToTime) - Date.parse(window.ExportFromTime);
    if (length < 15 * MINUTE || length > DAY) throw new Error('ValidationException: 15 minutes to 24 hours');
  }

  #describe(arn: string) {
    const request = this.requests[Number(arn.split('/')[1])] as ExportRequest;
    if (this.failing > 0) {
      this.failing -= 1;
      this.#failed.add(arn);
    }
    if (this.#failed.has(arn)) {
      return { ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied', FailureMessage: 'access denied' };
    }
    const { ExportTime, IncrementalExportSpecification: window, S3Prefix } = request;
    const times = window ? [window.ExportFromTime, window.ExportToTime] : [String(ExportTime)];
    this.exported.push([S3Prefix, ...times]);
    return { ExportStatus: 'COMPLETED' };
  }
}
