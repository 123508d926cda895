import { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields } from './call.ts';

/** Quotas of EC2 that a stage uses, by the codes that Service Quotas gives them. */
const EC2_QUOTAS = {
  /** vCPUs of running on-demand instances of the standard families (A, C, D, H, I, M, R, T, Z). */
  standardVcpus: 'L-1216C47A',
  elasticIps: 'L-0263D0A3',
} as const;

const quota = fields({ value: ['Quota.Value', z.number()] });

/** Reads the quota of EC2 that applies in this account and region. */
export async function ec2Quota(name: keyof typeof EC2_QUOTAS): Promise<number> {
  const request = { ServiceCode: 'ec2', QuotaCode: EC2_QUOTAS[name] };
  const doing = `read the quota ${request.QuotaCode}`;
  return checked(doing, quota, await explained(doing, new ServiceQuotas(CLIENT_SETTINGS).getServiceQuota(request)))
    .value;
}
