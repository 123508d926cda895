import { type AwsAnswer, type AwsRequest, queryError } from './fake-aws.ts';

interface MuteRule {
  readonly Rule: { readonly Schedule: { readonly Expression: string; readonly Duration: string } };
  readonly MuteTargets: { readonly AlarmNames: readonly string[] };
}

/** Answers PutAlarmMuteRule, and refuses what its documentation excludes: form and length of the time, more alarms. */
export function muteRulesOnAws() {
  return ({ params }: AwsRequest): AwsAnswer => {
    const { Rule, MuteTargets } = params as unknown as MuteRule;
    const { Expression, Duration } = Rule.Schedule;
    const [, at = ''] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d)\)$/.exec(Expression) ?? [];
    const minutes = Number(/^PT(\d+)M$/.exec(Duration)?.[1]);
    const isOver = !(Date.parse(`${at}Z`) > Date.now() - 60_000);
    const isTooLong = !(minutes >= 1 && minutes <= 15 * 24 * 60);
    const count = MuteTargets.AlarmNames.length;
    if (!isOver && !isTooLong && count >= 1 && count <= 100) return { body: {} };
    return queryError(400, 'ValidationError', `${Expression} for ${Duration} and ${count} alarms`);
  };
}
