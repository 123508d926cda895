import { CfnOutput } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { OUTPUTS } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';
import { Firewall } from './firewall.ts';
import { addGatewayEndpoints } from './gateway-endpoints.ts';
import { NetworkAcls } from './network-acls.ts';
import { addInstanceConnectEndpoint, Bastion } from './operator-access.ts';
import { addFlowLog, defaultSecurityGroupId, natGatewayIds, stampedeVpc, zoneNames } from './vpc.ts';

export interface NetworkStackProps extends StageStackProps {
  readonly data: DataStack;
}

/** The network, its security layers, and operator access. */
export class NetworkStack extends StageStack {
  readonly vpc: IVpc;
  readonly firewall: Firewall;
  readonly defaultSecurityGroupId: string;
  readonly natGatewayIds: readonly string[];
  /** Full names of the zones that the fleet uses. */
  readonly zones: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: network and operator access` });
    const { settings, stage, data } = props;
    const { sourceCidrs, sshCidrs } = settings;
    const vpc = stampedeVpc(this, 'Vpc', settings);
    this.vpc = vpc;
    this.defaultSecurityGroupId = defaultSecurityGroupId(vpc);
    this.natGatewayIds = natGatewayIds(vpc);
    this.zones = zoneNames(settings.region, settings.zones);
    // Exported even if no stack imports them now: a subnet whose zone leaves the fleet is imported until the service
    // stack has been updated.
    for (const { subnetId } of [...vpc.publicSubnets, ...vpc.privateSubnets]) this.exportValue(subnetId);
    addGatewayEndpoints({ vpc, tableArn: data.timestamps.table.tableArn, spill: data.spill });
    new NetworkAcls(this, 'Acls', { vpc, sourceCidrs, sshCidrs });
    addFlowLog(this, 'FlowLog', { vpc, logGroup: data.logs.flow, traffic: settings.flowLogTraffic });

    const firewall = new Firewall(this, 'Firewall', {
      vpc,
      sourceCidrs,
      fetchesKeys: settings.jwtIssuer !== '',
      sshCidrs,
    });
    this.firewall = firewall;
    addInstanceConnectEndpoint(this, 'InstanceConnect', { vpc, firewall });
    const bastion = new Bastion(this, 'Bastion', { vpc, firewall, stage });

    new CfnOutput(this, OUTPUTS.network.vpcId, { value: vpc.vpcId });
    new CfnOutput(this, OUTPUTS.network.bastionGroup, { value: bastion.groupName });
  }
}
