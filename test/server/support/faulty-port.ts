import type { DynamoDBPort } from '../../../server/dynamodb/client.ts';

/** What becomes of a call to the database. */
export interface Fate {
  /** Whether the database carries it out. */
  readonly happens: boolean;
  /** Whether the connection is lost, or no answer ever arrives. */
  readonly answer: 'error' | 'silence';
  /** Called when the call has happened, or not. */
  readonly onDone?: () => void;
}

/** A port to the database that decides about each command; without a fate it is carried out and answered. */
export function withFates(port: DynamoDBPort, fateOf: (command: object) => Fate | undefined): DynamoDBPort {
  const send = async (command: object, ...options: unknown[]) => {
    const carryOut = () => (port.send as (...args: unknown[]) => Promise<unknown>)(command, ...options);
    const fate = fateOf(command);
    if (!fate) return await carryOut();
    if (fate.happens) await carryOut();
    fate.onDone?.();
    if (fate.answer === 'silence') return await new Promise(() => {});
    throw new Error('the connection was lost');
  };
  return { send: send as DynamoDBPort['send'] };
}
