import { z } from 'zod';
import type { StageTemplates } from './stage.ts';
import { readSubnet, type Subnet } from './subnet.ts';

const endpointSchema = z.object({
  ServiceName: z.string(),
  VpcEndpointType: z.string().default('Gateway'),
  RouteTableIds: z.array(z.string()).default([]),
});
const associationSchema = z.object({ RouteTableId: z.string(), SubnetId: z.string() });

/** Subnets whose route tables lead to a service (`dynamodb`) through a gateway endpoint. */
export function gatewaySubnets(stage: StageTemplates, service: string): Subnet[] {
  const endpoints = stage
    .list('AWS::EC2::VPCEndpoint', endpointSchema)
    .filter(({ properties }) => properties.VpcEndpointType === 'Gateway')
    .filter(({ properties }) => properties.ServiceName.endsWith(`.${service}`));
  const tables = endpoints.flatMap(({ properties }) => properties.RouteTableIds);
  return stage
    .list('AWS::EC2::SubnetRouteTableAssociation', associationSchema)
    .filter(({ properties }) => tables.includes(properties.RouteTableId))
    .map(({ properties }) => readSubnet(stage, properties.SubnetId));
}
