import { Annotations, CfnOutput } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { OUTPUTS } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';
import { Bastion } from './bastion.ts';
import { Firewall } from './firewall.ts';
import { addFlowLog } from './flow-log.ts';
import { addInstanceConnectEndpoint } from './instance-connect.ts';
import { describeNatPrice } from './nat-price.ts';
import { NetworkAcls } from './network-acls.ts';
import { natGatewayIds, stampedeVpc } from './vpc.ts';

/** What the network is built from. */
export interface NetworkStackProps extends StageStackProps {
  readonly data: DataStack;
}

/** The network, who may speak with whom in it, and the doors for operators. */
export class NetworkStack extends StageStack {
  readonly vpc: IVpc;
  readonly firewall: Firewall;
  readonly natGatewayIds: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: network and operators' doors` });
    const { settings, stage, data } = props;

    this.vpc = stampedeVpc(this, 'Vpc', settings);
    this.natGatewayIds = natGatewayIds(this.vpc);
    new NetworkAcls(this, 'Acls', { vpc: this.vpc, sshCidrs: settings.sshCidrs });
    addFlowLog(this, 'FlowLog', { vpc: this.vpc, logGroup: data.logs.flow, traffic: settings.flowLogTraffic });

    this.firewall = new Firewall(this, 'Firewall', { vpc: this.vpc, sshCidrs: settings.sshCidrs });
    addInstanceConnectEndpoint(this, 'InstanceConnect', { vpc: this.vpc, firewall: this.firewall });
    const bastion = new Bastion(this, 'Bastion', {
      vpc: this.vpc,
      firewall: this.firewall,
      stage,
      people: data.people,
    });

    Annotations.of(this).addInfo(describeNatPrice(settings.nat, settings.zones.length));
    new CfnOutput(this, OUTPUTS.network.vpcId, { value: this.vpc.vpcId });
    new CfnOutput(this, OUTPUTS.network.bastionGroup, { value: bastion.groupName });
  }
}
