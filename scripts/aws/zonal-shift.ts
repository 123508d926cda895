/** Zonal shifts of Amazon Application Recovery Controller, by the AWS CLI: they are too rare to install an SDK. */
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { capture } from '../cli/run.ts';

const shiftSchema = z.object({
  zonalShiftId: z.string(),
  /** Id of the zone that the traffic is moved away from: `euw1-az1`. */
  awayFrom: z.string(),
  /** The CLI prints it in ISO 8601, or as epoch seconds when it is configured so. */
  expiryTime: z.union([z.iso.datetime({ offset: true }).transform((text) => new Date(text)), epochSeconds()]),
});

/** An active zonal shift of one resource. */
export type ZonalShift = z.infer<typeof shiftSchema>;

/** What a zonal shift is for, and how long it lasts, as `90m` or `2h`. */
export interface ShiftRequest {
  readonly zoneId: string;
  readonly expiresIn: string;
  readonly comment: string;
}

function epochSeconds() {
  return z.number().transform((seconds) => new Date(seconds * 1_000));
}

/** Reads the active zonal shifts of a resource. */
export async function activeShifts(resourceArn: string): Promise<readonly ZonalShift[]> {
  const answer = z.object({ items: shiftSchema.array() });
  const options = ['--resource-identifier', resourceArn, '--status', 'ACTIVE'];
  return (await ask(answer, 'list-zonal-shifts', options)).items;
}

/** Moves the traffic of a resource away from a zone. */
export function startShift(resourceArn: string, { zoneId, expiresIn, comment }: ShiftRequest): Promise<ZonalShift> {
  const away = ['--away-from', zoneId, '--expires-in', expiresIn, '--comment', comment];
  return ask(shiftSchema, 'start-zonal-shift', ['--resource-identifier', resourceArn, ...away]);
}

/** Gives an active zonal shift a new end, counted from now. */
export function renewShift({ zonalShiftId }: ZonalShift, expiresIn: string): Promise<ZonalShift> {
  return ask(shiftSchema, 'update-zonal-shift', ['--zonal-shift-id', zonalShiftId, '--expires-in', expiresIn]);
}

/** Ends an active zonal shift. */
export async function cancelShift({ zonalShiftId }: ZonalShift): Promise<void> {
  await ask(shiftSchema, 'cancel-zonal-shift', ['--zonal-shift-id', zonalShiftId]);
}

async function ask<Answer>(schema: z.ZodType<Answer>, operation: string, options: readonly string[]): Promise<Answer> {
  const text = await capture(['aws', 'arc-zonal-shift', operation, ...options, '--output', 'json']);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperatorError(`aws ${operation} answered something else than a zonal shift: ${text.slice(0, 200)}`, {
      cause,
    });
  }
}
