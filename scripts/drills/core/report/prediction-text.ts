import type { CapacityCourse, Prediction } from '../run-record.ts';
import { timeLabel } from './scale.ts';

/** The prediction beside the measurement, in one line. */
export function predictionText({ predicted, measured }: Prediction): string {
  return [
    `predicted peak ${predicted.peak} instances, measured ${measured.peak}`,
    turnText('out', predicted.outAtS, measured.outAtS),
    turnText('in', predicted.inAtS, measured.inAtS),
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

function turnText(
  direction: 'out' | 'in',
  predictedS: CapacityCourse['outAtS'],
  measuredS: CapacityCourse['outAtS'],
): string | undefined {
  if (predictedS === undefined && measuredS === undefined) return undefined;
  return `predicted first scale-${direction} ${momentText(predictedS)}, measured ${momentText(measuredS)}`;
}

function momentText(second: number | undefined): string {
  return second === undefined ? 'never' : `after ${timeLabel(second)}`;
}

/** What the prediction starts from. */
export function premiseText({ requestsPerInstance, bootS }: Prediction): string {
  const rate = Number(requestsPerInstance.toPrecision(3));
  return `${rate} requests/s of an instance at 100 % CPU, ${Math.round(bootS)} s from launch to service`;
}
