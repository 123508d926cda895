/**
 * `aws arc-zonal-shift` as a program, strict as the API: node zonal-shift-cli.ts <state file> arc-zonal-shift <operation>
 * <options>. The state file has the resources that take part, the ids of the zones, and the shifts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** What the account has, and what was shifted. */
export interface ShiftState {
  readonly resources: readonly string[];
  readonly zoneIds: readonly string[];
  readonly shifts: Shift[];
}

interface Shift {
  readonly zonalShiftId: string;
  readonly resourceIdentifier: string;
  readonly awayFrom: string;
  readonly comment: string;
  startTime: string;
  expiryTime: string;
  status: 'ACTIVE' | 'CANCELED';
}

type Values = Readonly<Record<string, string | undefined>>;

const OPTIONS: Readonly<Record<string, { readonly all: readonly string[]; readonly required: readonly string[] }>> = {
  'list-zonal-shifts': { all: ['resource-identifier', 'status'], required: [] },
  'start-zonal-shift': {
    all: ['resource-identifier', 'away-from', 'expires-in', 'comment'],
    required: ['resource-identifier', 'away-from', 'expires-in', 'comment'],
  },
  'update-zonal-shift': { all: ['zonal-shift-id', 'expires-in', 'comment'], required: ['zonal-shift-id'] },
  'cancel-zonal-shift': { all: ['zonal-shift-id'], required: ['zonal-shift-id'] },
};

const [stateFile = '', , operation = '', ...words] = process.argv.slice(2);
const state: ShiftState = JSON.parse(readFileSync(stateFile, 'utf8'));
const values = readOptions();
console.log(JSON.stringify(answer()));
writeFileSync(stateFile, JSON.stringify(state));

function readOptions(): Values {
  const known = OPTIONS[operation];
  if (!known) return fail(252, `argument operation: Found invalid choice '${operation}'`);
  const options = Object.fromEntries([...known.all, 'output'].map((name) => [name, { type: 'string' as const }]));
  const given: Values = parseArgs({ args: words, options, strict: true }).values;
  const missing = known.required.find((name) => given[name] === undefined);
  return missing ? fail(252, `the following arguments are required: --${missing}`) : given;
}

function answer(): object {
  switch (operation) {
    case 'list-zonal-shifts': {
      const { 'resource-identifier': resource, status } = values;
      const items = state.shifts.filter(
        (shift) => (!resource || shift.resourceIdentifier === resource) && (!status || shift.status === status),
      );
      return { items };
    }
    case 'start-zonal-shift':
      return start(String(values['resource-identifier']), String(values['away-from']), String(values['comment']));
    case 'update-zonal-shift':
      return Object.assign(activeShift(), { expiryTime: expiry() });
    default:
      return Object.assign(activeShift(), { status: 'CANCELED' });
  }
}

function start(resourceIdentifier: string, awayFrom: string, comment: string): Shift {
  if (!state.resources.includes(resourceIdentifier)) {
    return refuse('ResourceNotFoundException', `The resource ${resourceIdentifier} is not enabled for zonal shift`);
  }
  if (!state.zoneIds.includes(awayFrom)) return refuse('ValidationException', `InvalidAz: ${awayFrom}`);
  if (comment.length > 128) return refuse('ValidationException', 'The comment is longer than 128 characters');
  if (state.shifts.some((shift) => shift.status === 'ACTIVE' && shift.resourceIdentifier === resourceIdentifier)) {
    return refuse('ConflictException', 'ZonalShiftAlreadyExists');
  }
  const zonalShiftId = `shift-${state.shifts.length + 1}`;
  const startTime = new Date().toISOString();
  const shift: Shift = {
    zonalShiftId,
    resourceIdentifier,
    awayFrom,
    comment,
    startTime,
    expiryTime: expiry(),
    status: 'ACTIVE',
  };
  state.shifts.push(shift);
  return shift;
}

function activeShift(): Shift {
  const id = values['zonal-shift-id'];
  const shift = state.shifts.find(({ zonalShiftId }) => zonalShiftId === id);
  if (!shift) return refuse('ResourceNotFoundException', `There is no zonal shift ${id}`);
  return shift.status === 'ACTIVE' ? shift : refuse('ConflictException', 'ZonalShiftStatusNotActive');
}

/** The time to which the new expiry leads, written as version 2 of the CLI writes times. */
function expiry(): string {
  const [, count, unit] = /^([1-9][0-9]*)(m|h)$/.exec(values['expires-in'] ?? '') ?? [];
  const minutes = Number(count) * (unit === 'h' ? 60 : 1);
  if (!count || minutes > 72 * 60) return refuse('ValidationException', `InvalidExpiresIn: ${values['expires-in']}`);
  return new Date(Date.now() + minutes * 60_000).toISOString().replace('Z', '000+00:00');
}

function refuse(code: string, message: string): never {
  const called = operation.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
  return fail(254, `An error occurred (${code}) when calling the ${called} operation: ${message}`);
}

function fail(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
