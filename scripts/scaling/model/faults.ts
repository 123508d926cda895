import type { SimulatedFleet } from './fleet.ts';

/** Something that goes wrong at a given second. */
export type Fault =
  | { readonly kind: 'kill'; readonly count: number; readonly atS: number }
  | { readonly kind: 'lose-zone'; readonly zone: string; readonly atS: number; readonly untilS: number };

/** Lets the faults that are due this second happen, and end. */
export function applyFaults(faults: readonly Fault[], fleet: SimulatedFleet, nowS: number): void {
  for (const fault of faults) {
    if (fault.kind === 'kill' && fault.atS === nowS) fleet.kill(fault.count, nowS);
    if (fault.kind === 'lose-zone' && fault.atS === nowS) fleet.loseZone(fault.zone, nowS);
    if (fault.kind === 'lose-zone' && fault.untilS === nowS) fleet.restoreZone(fault.zone);
  }
}

/** What a reader should know of a fault. */
export function faultText(fault: Fault): string {
  return fault.kind === 'kill' ? `${fault.count} instances stop answering` : `zone ${fault.zone} is lost`;
}
