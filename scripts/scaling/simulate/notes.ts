import type { Run } from './run.ts';

/** CPU in percent that a burstable size may use for ever; above it spends credits. The same for t3 and t4g. */
const BASELINES: Readonly<Record<string, number>> = {
  nano: 5,
  micro: 10,
  small: 20,
  medium: 20,
  large: 30,
  xlarge: 40,
  '2xlarge': 40,
};

/** Tells what the simulation leaves out and this run would meet. */
export function notesOn(run: Run): string[] {
  return [...creditNote(run), ...scheduleNote(run)].map((note) => `Note: ${run.name} ${note}`);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html */
function creditNote({ stage: { instanceType }, summary }: Run): string[] {
  const [family = '', size = ''] = instanceType.split('.');
  const baseline = family.startsWith('t') ? BASELINES[size] : undefined;
  if (baseline === undefined || summary.meanCpuPercent <= baseline) return [];
  return [
    `averages ${summary.meanCpuPercent.toFixed(0)} % CPU, above the ${baseline} % baseline of ${instanceType}: ` +
      'CPU credits are not modelled; in the long run it is throttled, or charged for surplus credits.',
  ];
}

function scheduleNote({ stage: { scheduledActions } }: Run): string[] {
  if (scheduledActions === 0) return [];
  return [
    `has ${scheduledActions} scheduled actions, which are not modelled: --set min=<n> shows the hours they cover.`,
  ];
}
