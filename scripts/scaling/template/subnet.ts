import { z } from 'zod';
import type { StageTemplates } from './stage.ts';

/** A subnet as its template describes it. */
export interface Subnet {
  readonly logicalId: string;
  readonly zone: string;
  readonly cidr: string;
}

const subnetSchema = z.object({ AvailabilityZone: z.string(), CidrBlock: z.string() });

/** Reads the subnet that a resolved text refers to. @throws Error when there is none. */
export function readSubnet(stage: StageTemplates, reference: string): Subnet {
  const { logicalId, properties } = stage.find('AWS::EC2::Subnet', reference, subnetSchema);
  return { logicalId, zone: properties.AvailabilityZone, cidr: properties.CidrBlock };
}
