import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Ami } from '../ami.ts';
import { fleetName, OUTPUTS, SUSTAINED_RATE } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import type { NetworkStack } from '../network/stack.ts';
import { notify } from '../runbook-alarm.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';
import { CanarySecret } from './canary-secret.ts';
import { certificateAlarm } from './certificate-alarm.ts';
import { Fleet } from './fleet.ts';
import { InstanceTemplate } from './instance-template.ts';
import { launchAlarm } from './launch-alarm.ts';
import { LoadBalancer } from './load-balancer.ts';
import { StepScaling } from './step-scaling.ts';
import { type UserAlarms, userAlarms } from './user-alarms.ts';
import { WebAcl } from './web-acl.ts';

export interface ServiceStackProps extends StageStackProps {
  readonly data: DataStack;
  readonly network: NetworkStack;
  readonly ami: Ami;
}

/** The fleet behind its load balancer. */
export class ServiceStack extends StageStack {
  readonly loadBalancer: LoadBalancer;
  readonly fleet: Fleet;
  readonly template: InstanceTemplate;
  readonly canarySecret: CanarySecret;
  /** Alarms on symptoms that users notice; they also roll back a deployment. */
  readonly userAlarms: UserAlarms;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: fleet and load balancer` });
    const { settings, stage, data, network, ami } = props;
    const { vpc, zones, firewall } = network;

    this.loadBalancer = new LoadBalancer(this, 'LoadBalancer', {
      vpc,
      zones,
      firewall,
      stage,
      settings,
      logs: data.accessLogs.bucket,
    });
    this.userAlarms = userAlarms(this, 'UserAlarms', this.loadBalancer);

    const launches = launchAlarm(this, 'LaunchesStuck', fleetName(stage));
    const certificate = certificateAlarm(this, this.loadBalancer);
    for (const alarm of [...Object.values(this.userAlarms), launches, ...certificate]) notify(data.topics, alarm);
    if (settings.waf) {
      const { loadBalancerArn } = this.loadBalancer.balancer;
      new WebAcl(this, 'WebAcl', { loadBalancerArn, ratePerAddress: settings.wafRatePerAddress });
    }

    this.canarySecret = new CanarySecret(this, 'Canary');
    const { canarySecret } = this;
    this.template = new InstanceTemplate(this, 'Instance', { firewall, stage, settings, data, ami, canarySecret });
    this.fleet = new Fleet(this, 'Fleet', {
      vpc,
      zones,
      stage,
      settings,
      launchTemplate: this.template.launchTemplate,
      loadBalancer: this.loadBalancer,
      rollbackAlarms: [...Object.values(this.userAlarms), launches],
    });
    new StepScaling(this, 'StepScaling', { groupName: this.fleet.groupName, scaling: settings });

    new CfnOutput(this, OUTPUTS.service.url, { value: this.loadBalancer.url });
    new CfnOutput(this, OUTPUTS.service.autoScalingGroup, { value: this.fleet.groupName });
    new CfnOutput(this, OUTPUTS.service.targetGroupArn, { value: this.loadBalancer.targetGroup.targetGroupArn });
    new CfnOutput(this, OUTPUTS.service.loadBalancerArn, { value: this.loadBalancer.balancer.loadBalancerArn });
    new CfnOutput(this, OUTPUTS.service.launchTemplateId, {
      value: this.template.launchTemplate.launchTemplateId as string,
    });
    new CfnOutput(this, OUTPUTS.service.amiId, { value: ami.id });
    new CfnOutput(this, SUSTAINED_RATE, { value: String(settings.sustainedRate) });
  }
}
