import { DefaultStackSynthesizer, type IStackSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
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
    const qualifier = props.settings.bootstrapQualifier;
    // For the reason in infra/network/vpc.ts.
    const synthesizer = new DefaultStackSynthesizer({ qualifier }) as IStackSynthesizer;
    super(scope, id, { synthesizer, ...props });
    this.stage = props.stage;
    this.settings = props.settings;
  }
}
