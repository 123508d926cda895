import { z } from 'zod';
import { OperatorError } from '../../../cli/errors.ts';
import { capture } from '../../../cli/run.ts';
import type { Fault } from '../fault-course.ts';
import { isAtCapacity } from '../snapshot.ts';

const stateSchema = z.object({ status: z.string(), reason: z.string().default('no reason given') });
const answer = z.object({ experiment: z.object({ id: z.string(), state: stateSchema }) });

const ENDED = /^(completed|stopped|failed|cancelled)$/;

/** Runs an experiment of AWS FIS by the AWS CLI: few operators have a template, so its SDK is not installed. */
export function prepareExperiment(templateId: string): Fault {
  let id = '';
  return {
    intent: `start the FIS experiment of ${templateId}; it is stopped when the drill ends first`,
    async cause() {
      id = (await ask('start-experiment', '--experiment-template-id', templateId)).id;
      return `FIS experiment ${id} of ${templateId}`;
    },
    async isOver(now) {
      const { state } = await ask('get-experiment', '--id', id);
      if (state.status !== 'failed') return ENDED.test(state.status) && isAtCapacity(now);
      throw new OperatorError(`the FIS experiment ${id} failed: ${state.reason}`);
    },
    async restore() {
      if (id === '') return;
      const { state } = await ask('get-experiment', '--id', id);
      if (!ENDED.test(state.status)) await ask('stop-experiment', '--id', id);
    },
  };
}

async function ask(operation: string, ...args: string[]) {
  const text = await capture(['aws', 'fis', operation, ...args, '--output', 'json']);
  try {
    return answer.parse(JSON.parse(text)).experiment;
  } catch (cause) {
    const problem = `aws fis ${operation} did not answer with an experiment`;
    throw new OperatorError(`${problem}: ${text.slice(0, 200)}`, { cause });
  }
}
