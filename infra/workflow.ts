/** Parts of state machines in Amazon States Language with JSONata, for those that call AWS APIs without a program. */

const RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 5 }];

/** A JSONata expression as the value of a field. */
export function jsonata(expression: string): string {
  return `{% ${expression} %}`;
}

/** A state that calls an AWS API (`service:action`), repeats it after errors, and stores its result in variables. */
export function call(action: string, args: object | string, next: string, assign?: object) {
  const resource = `arn:aws:states:::aws-sdk:${action}`;
  const task = { Type: 'Task', Resource: resource, Arguments: args, Retry: RETRY, Next: next };
  return { ...task, ...(assign && { Assign: assign }) };
}
