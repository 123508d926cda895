import { createHash } from 'node:crypto';
import jsonata from 'jsonata';

/** A state of the Amazon States Language, with the fields that our state machine uses. */
interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Assign?: unknown;
  readonly Retry?: readonly { readonly MaxAttempts: number }[];
  readonly Next?: string;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
  readonly Error?: unknown;
  readonly Cause?: unknown;
}

export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Answers a call of `service:action`. May throw. */
export type Call = (action: string, args: Record<string, unknown>) => Promise<unknown> | unknown;

type Variables = Record<string, unknown>;

const MAX_STEPS = 1_000;

/** The functions that Step Functions adds to JSONata. */
const ADDED = {
  parse: (text: string): unknown => JSON.parse(text),
  hash: (text: string, algorithm: string) => createHash(algorithm).update(text).digest('hex'),
};

async function evaluate(value: unknown, variables: Variables): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => evaluate(each, variables)));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(async ([name, each]) => [name, await evaluate(each, variables)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  const [, expression] = (typeof value === 'string' && /^\{%(.*)%\}$/s.exec(value)) || [];
  if (expression === undefined) return value;
  const result: unknown = await jsonata(expression).evaluate({}, { ...ADDED, ...variables });
  // Step Functions fails the state in this case.
  if (result === undefined) throw new Error(`the expression has no value: ${expression}`);
  return structuredClone(result);
}

/** Runs a state machine that uses JSONata, as Step Functions does, but does not wait. Returns `SUCCEEDED`, or throws. */
export async function runStateMachine(
  { StartAt, States }: StateMachineDefinition,
  executionName: string,
  call: Call,
  startTime = '2026-11-21T01:00:00.000Z',
): Promise<'SUCCEEDED'> {
  const context = { Execution: { Name: executionName, StartTime: startTime } };
  const variables: Variables = { states: { context } };
  let name = StartAt;
  for (let step = 0; step < MAX_STEPS; step++) {
    const state = States[name];
    if (!state) throw new Error(`there is no state ${name}`);
    const stateVariables = { ...variables };
    switch (state.Type) {
      case 'Succeed':
        return 'SUCCEEDED';
      case 'Fail':
        throw new Error(`${await evaluate(state.Error, variables)}: ${await evaluate(state.Cause, variables)}`);
      case 'Choice': {
        name = (await chosen(state, variables)) ?? '';
        continue;
      }
      case 'Task':
        stateVariables['states'] = { context, result: await attempt(state, variables, call) };
        break;
      case 'Pass':
      case 'Wait':
        break;
      default:
        throw new Error(`states of type ${state.Type} are not supported`);
    }
    // All are evaluated with the values before the state.
    Object.assign(variables, await evaluate(state.Assign ?? {}, stateVariables));
    name = state.Next ?? '';
  }
  throw new Error(`the state machine has not ended after ${MAX_STEPS} states`);
}

async function chosen({ Choices = [], Default }: State, variables: Variables): Promise<string | undefined> {
  for (const { Condition, Next } of Choices) if (await evaluate(Condition, variables)) return Next;
  return Default;
}

async function attempt({ Resource = '', Arguments, Retry = [] }: State, variables: Variables, call: Call) {
  const action = Resource.replace('arn:aws:states:::aws-sdk:', '');
  const args = (await evaluate(Arguments, variables)) as Record<string, unknown>;
  const attempts = 1 + (Retry[0]?.MaxAttempts ?? 0);
  for (let made = 1; ; made++)
    try {
      return await call(action, args);
    } catch (error) {
      if (made >= attempts) throw error;
    }
}
