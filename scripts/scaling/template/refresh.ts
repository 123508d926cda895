import { z } from 'zod';
import type { RefreshPreferences } from '../model/refresh.ts';
import { alarmSchema } from './alarm.ts';
import type { ServingGroup } from './group.ts';
import type { StageTemplates } from './stage.ts';

const policySchema = z.object({
  AutoScalingInstanceRefresh: z.object({
    Strategy: z.literal('Rolling', 'the model has the strategy Rolling only'),
    Preferences: z.object({
      MinHealthyPercentage: z.coerce.number(),
      MaxHealthyPercentage: z.coerce.number(),
      InstanceWarmup: z.coerce.number(),
      BakeTime: z.coerce.number().default(0),
      AlarmSpecification: z.object({ Alarms: z.array(z.string()) }).default({ Alarms: [] }),
    }),
  }),
});

/** Reads how CloudFormation refreshes the instances of a group, with the alarms that fail a refresh. */
export function readRefresh(stage: StageTemplates, group: ServingGroup): RefreshPreferences {
  const { Preferences } = stage.updatePolicy(group, policySchema).AutoScalingInstanceRefresh;
  return {
    minHealthyPercent: Preferences.MinHealthyPercentage,
    maxHealthyPercent: Preferences.MaxHealthyPercentage,
    warmupS: Preferences.InstanceWarmup,
    bakeTimeS: Preferences.BakeTime,
    alarms: Preferences.AlarmSpecification.Alarms.map((reference) => {
      const { logicalId, properties } = stage.find('AWS::CloudWatch::Alarm', reference, alarmSchema);
      return { name: logicalId, ...properties };
    }),
  };
}
