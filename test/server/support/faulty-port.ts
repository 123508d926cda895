import type { DynamoDBPort } from '../../../server/dynamodb/client.ts';

/** How a call to the database ends. */
export interface Fault {
  /** Whether the database carries it out. */
  readonly happens: boolean;
  /** Whether the connection is lost, or no answer ever arrives. */
  readonly answer: 'error' | 'silence';
  /** Called when the call has happened, or not. */
  readonly onDone?: () => void;
}

/** A port to the database that decides about each command; without a fault it is carried out and answered. */
export function withFaults(port: DynamoDBPort, faultOf: (command: object) => Fault | undefined): DynamoDBPort {
  const send = async (command: object, ...options: unknown[]) => {
    const carryOut = () => (port.send as (...args: unknown[]) => Promise<unknown>)(command, ...options);
    const fault = faultOf(command);
    if (!fault) return await carryOut();
    if (fault.happens) await carryOut();
    fault.onDone?.();
    if (fault.answer === 'silence') return await new Promise(() => {});
    throw new Error('the connection was lost');
  };
  return { send: send as DynamoDBPort['send'] };
}
