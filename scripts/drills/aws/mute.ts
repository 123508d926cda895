import { type Alarm, deleteMuteRule, MUTE_RULE_ALARMS, putMuteRule } from '../../aws/cloudwatch.ts';
import { OperatorError } from '../../cli/errors.ts';
import { becomesTrue } from '../../cli/wait.ts';

const MINUTE_MS = 60_000;

/** Longer than the drill: its fault is restored before, and alarms need minutes to clear. */
const MARGIN_MINUTES = 15;

/** How long a drill waits for the alarms that it has raised. */
const CLEAR_DEADLINE_MS = 5 * MINUTE_MS;
const PAUSE_MS = 10_000;

/** The mute rules of one drill. Nothing is muted before {@link Mute.begin}. */
export type Mute = ReturnType<typeof planMute>;

interface MuteOptions {
  readonly stage: string;
  /** All alarms of the stage. */
  readonly alarms: readonly Alarm[];
  /** Longest time of the drill, in seconds. */
  readonly durationS: number;
}

/** Plans to mute the alarms of a stage for the length of a drill. CloudWatch ends it, even if this process is killed. */
export function planMute({ stage, alarms, durationS }: MuteOptions) {
  const names = alarms.filter(notifies).map(({ name }) => name);
  const minutes = Math.ceil(durationS / 60) + MARGIN_MINUTES;
  const rules = Array.from({ length: Math.ceil(names.length / MUTE_RULE_ALARMS) }, (_, index) => ({
    name: `stampede-${stage}-drill-${index + 1}`,
    alarms: names.slice(index * MUTE_RULE_ALARMS, (index + 1) * MUTE_RULE_ALARMS),
    minutes,
  }));
  /** Deletes the rules; tries all of them. */
  async function end(): Promise<void> {
    const ended = await Promise.allSettled(rules.map(({ name }) => deleteMuteRule(name)));
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }
  return {
    intent: `${names.length} alarms, for ${minutes} minutes at most`,
    /** `now` is when the drill begins: a person has answered its question by then. */
    async begin(now: Date): Promise<void> {
      // CloudWatch plans by the minute, and a time that is over might be refused. No alarm is raised within a minute.
      const from = new Date(Math.ceil(now.getTime() / MINUTE_MS) * MINUTE_MS);
      try {
        for (const rule of rules) await putMuteRule({ ...rule, from });
      } catch (cause) {
        const { message } = cause as Error;
        throw new OperatorError(`${message}. With --unmuted the alarms notify people`, { cause });
      }
    },
    end,
    /** Ends it once what the drill has raised is cleared: otherwise these alarms would notify people. */
    async endOnceClear(read: () => Promise<readonly Alarm[]>): Promise<void> {
      const before = new Set(alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name));
      const isClear = async () =>
        !(await read()).some(({ name, state }) => state === 'ALARM' && names.includes(name) && !before.has(name));
      try {
        if (rules.length > 0 && !(await becomesTrue(isClear, CLEAR_DEADLINE_MS, PAUSE_MS))) {
          console.error('An alarm of the drill is still raised: it notifies people from now on');
        }
      } finally {
        await end();
      }
    },
  };
}

/** Muting stops all actions of an alarm, also those that scale the fleet, so these alarms are left out. */
function notifies({ actions }: Alarm): boolean {
  return actions.length > 0 && !actions.some((action) => action.includes(':scalingPolicy:'));
}
