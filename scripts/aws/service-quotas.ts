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

/** vCPUs of Fargate tasks that run on demand at the same time. */
const FARGATE_VCPUS = 'L-3032A538';

/** Reads the quota of EC2 that applies in this account and region. */
export async function ec2Quota(name: keyof typeof EC2_QUOTAS): Promise<number> {
  return await quotaOf('ec2', EC2_QUOTAS[name]);
}

/** Reads how many vCPUs of Fargate this account may use at the same time in this region. */
export async function fargateQuota(): Promise<number> {
  return await quotaOf('fargate', FARGATE_VCPUS);
}

async function quotaOf(ServiceCode: string, QuotaCode: string): Promise<number> {
  const request = { ServiceCode, QuotaCode };
  const doing = `read the quota ${request.QuotaCode}`;
  return checked(doing, quota, await explained(doing, new ServiceQuotas(CLIENT_SETTINGS).getServiceQuota(request)))
    .value;
}
