import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };

const COLUMNS = ['loss', 'what happens', 'RPO', 'RTO', 'who acts', 'command', 'shown by'];
/** What the page must at least have an answer for. */
const LOSSES = [
  /^a process/,
  /^an instance/,
  /^all instances/,
  /^a zone/,
  /^a NAT gateway/,
  /^DynamoDB/,
  /^a region.*one region/,
  /^a region.*two regions/,
  /^the account/,
  /^a bad deployment/,
  /^a deleted stack/,
  /^deleted or changed items/,
  /^a deleted table/,
  /^a deleted key/,
  /^deleted exports/,
  /^a deleted archive/,
];

const page = readFileSync('docs/recovery.md', 'utf8');
const drillRows = readFileSync('docs/rehearsal.md', 'utf8') + readFileSync('docs/drills.md', 'utf8');

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const header = `| ${COLUMNS.join(' | ')} |`;
const rows = page
  .split(`${header}\n`)
  .slice(1)
  .flatMap((table) => table.split('\n\n')[0]?.trim().split('\n').slice(1) ?? [])
  .map(cellsOf);

const named = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
const drillRow = (name: string) => drillRows.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
const exists = (proof: string) => {
  if (proof.startsWith('npm run ')) return (proof.split(' ')[2] ?? '') in manifest.scripts;
  return /^test\/.+\.test\.ts$/.test(proof) ? existsSync(proof) : drillRow(proof) !== undefined;
};

describe('docs/recovery.md', () => {
  it('answers each question about each loss', () => {
    assert.deepEqual(
      LOSSES.filter((loss) => !rows.some(([name = '']) => loss.test(name))),
      [],
    );
    for (const cells of rows) {
      assert.equal(cells.length, COLUMNS.length, cells[0] ?? '');
      assert.ok(
        cells.every((cell) => cell !== ''),
        cells[0] ?? '',
      );
    }
  });

  it('says who acts, and with which command', () => {
    for (const [loss = '', , , , who = '', command = ''] of rows) {
      assert.match(who, /^(nobody|the person on call)/, loss);
      const acts = who !== 'nobody';
      assert.equal(named(command).length > 0 || /^none: ./.test(command), acts, `${loss}: ${command}`);
      if (!acts) assert.equal(command, 'none', loss);
      for (const name of named(command)) assert.ok(/^aws /.test(name) || exists(name), `${loss}: ${name}`);
    }
  });

  it('names for each loss the drills and tests that show it, or says that there is none', () => {
    for (const [loss = '', , , , , , shownBy = ''] of rows) {
      if (/^nothing/.test(shownBy)) continue;
      assert.ok(named(shownBy).length > 0, loss);
      for (const proof of named(shownBy)) assert.ok(exists(proof), `${loss}: ${proof}`);
    }
  });

  it('has no recovery time but those that its drills check, and calls the others not measured', () => {
    for (const [loss = '', , , rto = '', , , shownBy = ''] of rows) {
      const times = Array.from(rto.matchAll(/\d+ (s|minutes)\b/g), ([time]) => time);
      if (times.length === 0) assert.match(rto, /not measured|no interruption|for ever/, loss);
      const drills = named(shownBy)
        .map((name) => drillRow(name) ?? '')
        .join('\n');
      for (const time of times) assert.ok(drills.includes(time), `${loss}: ${time} is in no row of its drills`);
    }
  });
});
