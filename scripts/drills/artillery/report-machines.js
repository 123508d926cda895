/**
 * Loaded before `artillery run-fargate`, which loads no plugins on this machine. Reports the start of the load, and the
 * periods of all machines together.
 */
import { EventEmitter } from 'node:events';
import { report, reportPeriods } from './plugins/artillery-plugin-periods/index.js';

const globalEvents = new EventEmitter();
reportPeriods(globalEvents);
globalEvents.once('phaseStarted', () => report('started'));

// Artillery keeps properties that the object already has.
globalThis.artillery = Object.defineProperty({}, 'globalEvents', { value: globalEvents });
