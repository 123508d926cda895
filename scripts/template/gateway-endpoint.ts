import { z } from 'zod';
import { type GroupSubnet, subnetSchema } from './group.ts';
import type { StageTemplates } from './stage.ts';

const endpointSchema = z.object({
  ServiceName: z.string(),
  VpcEndpointType: z.string().default('Gateway'),
  RouteTableIds: z.array(z.string()).default([]),
});
const associationSchema = z.object({ RouteTableId: z.string(), SubnetId: z.string() });

/** Subnets whose route tables lead to a service (`dynamodb`) through a gateway endpoint. */
export function gatewaySubnets(stage: StageTemplates, service: string): GroupSubnet[] {
  const endpoints = stage
    .list('AWS::EC2::VPCEndpoint', endpointSchema)
    .filter(({ properties }) => properties.VpcEndpointType === 'Gateway')
    .filter(({ properties }) => properties.ServiceName.endsWith(`.${service}`));
  const tables = endpoints.flatMap(({ properties }) => properties.RouteTableIds);
  return stage
    .list('AWS::EC2::SubnetRouteTableAssociation', associationSchema)
    .filter(({ properties }) => tables.includes(properties.RouteTableId))
    .map(({ properties: { SubnetId } }) => {
      const { logicalId, properties } = stage.find('AWS::EC2::Subnet', SubnetId, subnetSchema);
      return { logicalId, zone: properties.AvailabilityZone, cidr: properties.CidrBlock };
    });
}
