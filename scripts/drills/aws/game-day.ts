import type { JudgedRun } from '../core/report/report.ts';

/** The drills of a game day, from the least to the most harmful. `restore` is left out, because it may take hours. */
export const GAME_DAY = [
  'steady',
  'kill-instance',
  'lose-az',
  'rolling-deploy',
  'scale-out',
  'wrong-security-group',
] as const;

/** A drill of a game day: its judged run, or the reason why it has none. */
export interface Outcome {
  readonly drill: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly result: JudgedRun | { readonly error: string };
}

interface GameDayOptions {
  readonly drills: readonly string[];
  readonly run: (drill: string) => Promise<JudgedRun>;
  /** Resolves when the stage has recovered from the last drill. @throws OperatorError if it does not in time */
  readonly recover: () => Promise<void>;
  /** Keeps the outcomes so far: an interrupt must not lose them. */
  readonly keep: (outcomes: readonly Outcome[]) => Promise<void>;
}

/**
 * Runs drills one after the other. A drill that fails ends the day, and so does a stage that does not recover: the next
 * fault would harm a service that is not understood.
 */
export async function runGameDay({ drills, run, recover, keep }: GameDayOptions): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const drill of drills) {
    const startedAt = new Date();
    const result = await recover()
      .then(() => run(drill))
      .catch((error: Error) => ({ error: error.message }));
    outcomes.push({ drill, startedAt, endedAt: new Date(), result });
    await keep(outcomes);
    if (!hasPassed({ result })) break;
  }
  return outcomes;
}

/** Whether a drill ran, and passed all its checks. */
export function hasPassed({ result }: Pick<Outcome, 'result'>): boolean {
  return 'verdict' in result && result.verdict.passed;
}

/** What the record of a game day is about. */
export interface GameDayFacts {
  readonly stage: string;
  readonly image: string;
  readonly planned: readonly string[];
  readonly outcomes: readonly Outcome[];
}

const OPEN = 'To be filled in.';

/** Fills in what is known in the template of an incident (docs/incidents/template.md). */
export function gameDayRecord(template: string, { stage, image, planned, outcomes }: GameDayFacts): string {
  const [first, last] = [outcomes.at(0), outcomes.at(-1)];
  const day = first ? first.startedAt.toISOString().slice(0, 10) : '';
  const judged = outcomes.flatMap(({ drill, result }) => ('verdict' in result ? [{ drill, ...result }] : []));
  const left = planned.slice(outcomes.length);
  const ended = left.length > 0 ? [`Not run after that: ${left.join(', ')}.`] : [];
  const missing = judged.reduce(
    (sum, { run: { durability } }) => sum + (durability ? durability.acknowledged - durability.stored : 0),
    0,
  );
  const known: Readonly<Record<string, string>> = {
    title: `Game day of ${stage} on ${day}`,
    stage,
    times: first && last ? `${first.startedAt.toISOString()} to ${last.endedAt.toISOString()}` : '',
    image,
    affected: judged.map(({ drill, run }) => `${drill}: ${failedShare(run.observations)}`).join('; ') || 'not measured',
    lost: judged.length > 0 ? `${missing} of those that were read back` : 'not measured',
    timeline: lines([...outcomes.map(outcomeLine), ...ended]),
    detection: lines(judged.map(({ drill, verdict }) => `- ${drill}: ${detectionText(verdict)}`)),
    checks: lines(judged.flatMap(({ drill, verdict }) => verdict.checks.map((check) => checkLine(drill, check)))),
  };
  const [head = '', ...parts] = template.split(/\n(?=\| \| \|)/);
  const [title = ''] = head.split('\n');
  const intro = 'Written by `npm run drill -- --game-day`. Complete it in the review.';
  return [`${title}\n\n${intro}\n`, ...parts]
    .join('\n')
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => known[name] || OPEN);
}

function lines(all: readonly string[]): string {
  return all.join('\n');
}

function outcomeLine({ drill, startedAt, endedAt, result }: Outcome): string {
  const minutes = Math.round((endedAt.getTime() - startedAt.getTime()) / 60_000);
  const text = 'error' in result ? `did not run: ${result.error}` : result.verdict.passed ? 'passed' : 'failed';
  return `- ${startedAt.toISOString()} ${drill}, ${minutes} min: ${text}`;
}

function detectionText({ detectedAfterS, recoveredAfterS }: JudgedRun['verdict']): string {
  const after = (seconds: number | undefined) =>
    seconds === undefined ? 'not seen' : `after ${Math.round(seconds)} s`;
  return `detected ${after(detectedAfterS)}, recovered ${after(recoveredAfterS)}`;
}

function checkLine(
  drill: string,
  { check, passed, measured, expected }: JudgedRun['verdict']['checks'][number],
): string {
  return `- ${passed ? 'as planned' : 'NOT as planned'}, ${drill}: ${check}: ${measured}${passed ? '' : `, expected ${expected}`}`;
}

function failedShare(observations: JudgedRun['run']['observations']): string {
  const requests = observations.reduce((sum, { requestsPerS }) => sum + requestsPerS, 0);
  const errors = observations.reduce((sum, { errorsPerS }) => sum + errorsPerS, 0);
  return `${Math.round(errors)} of ${Math.round(requests)} requests failed`;
}
