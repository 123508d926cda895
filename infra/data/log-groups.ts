import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { logGroupNames } from '../contract.ts';
import type { Settings } from '../settings/table.ts';

/** Encryption and retention of the log groups. */
export interface LogGroupsProps {
  readonly key: IKey;
  readonly stage: string;
  readonly settings: Settings;
}

/** The log groups of a stage. */
export class LogGroups extends Construct {
  readonly app: LogGroup;
  readonly system: LogGroup;
  readonly flow: LogGroup;

  constructor(scope: Construct, id: string, { key, stage, settings }: LogGroupsProps) {
    super(scope, id);
    const names = logGroupNames(stage);
    // Their names are fixed for the image's agent, so a retained one would stop the stage from being deployed again.
    const removalPolicy = RemovalPolicy.DESTROY;
    const common = { encryptionKey: key, retention: settings.logRetentionDays, removalPolicy };
    this.app = new LogGroup(this, 'App', { ...common, logGroupName: names.app });
    this.system = new LogGroup(this, 'System', { ...common, logGroupName: names.system });
    this.flow = new LogGroup(this, 'Flow', { ...common, logGroupName: `/${SERVICE_NAME}/${stage}/flow` });
  }
}
