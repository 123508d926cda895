import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from './settings/table.ts';

/** Properties of every stack in a stage. */
export interface StageStackProps extends StackProps {
  readonly stage: string;
  readonly settings: Settings;
}

/** A stack of one stage. */
export class StageStack extends Stack {
  readonly stage: string;
  readonly settings: Settings;

  constructor(scope: Construct, id: string, props: StageStackProps) {
    super(scope, id, props);
    this.stage = props.stage;
    this.settings = props.settings;
  }
}
