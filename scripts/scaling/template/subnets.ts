import { z } from 'zod';
import type { StageTemplates } from './stage.ts';

/** A subnet as its template describes it. */
export interface Subnet {
  readonly logicalId: string;
  readonly zone: string;
  readonly cidr: string;
}

const subnetSchema = z.object({ AvailabilityZone: z.string(), CidrBlock: z.string() });
const endpointSchema = z.object({
  ServiceName: z.string(),
  VpcEndpointType: z.string().default('Gateway'),
  RouteTableIds: z.array(z.string()).default([]),
});
const associationSchema = z.object({ RouteTableId: z.string(), SubnetId: z.string() });

/** Reads the subnet that a resolved text refers to. @throws Error when there is none. */
export function readSubnet(stage: StageTemplates, reference: string): Subnet {
  const { logicalId, properties } = stage.find('AWS::EC2::Subnet', reference, subnetSchema);
  return { logicalId, zone: properties.AvailabilityZone, cidr: properties.CidrBlock };
}

/** Subnets whose route tables lead to a service (`dynamodb`) through a gateway endpoint. */
export function gatewaySubnets(stage: StageTemplates, service: string): Subnet[] {
  const tables = stage
    .list('AWS::EC2::VPCEndpoint', endpointSchema)
    .filter(({ properties }) => properties.VpcEndpointType === 'Gateway')
    .filter(({ properties }) => properties.ServiceName.endsWith(`.${service}`))
    .flatMap(({ properties }) => properties.RouteTableIds);
  return stage
    .list('AWS::EC2::SubnetRouteTableAssociation', associationSchema)
    .filter(({ properties }) => tables.includes(properties.RouteTableId))
    .map(({ properties }) => readSubnet(stage, properties.SubnetId));
}
