import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { whyNoDynamodbLocal } from './bench/backends/backends.ts';
import { main } from './cli/main.ts';
import { withUndo } from './cli/undo.ts';
import { choice, wholeNumber } from './cli/values.ts';
import { writeReport } from './drills/core/report/page.ts';
import { hasPassed, renderTerminal } from './drills/core/report/report.ts';
import { readHistory } from './torture/history.ts';
import { findingsOf } from './torture/judge/checker.ts';
import { keyFindingsOf } from './torture/judge/keyed-checker.ts';
import { listingErrors } from './torture/judge/listing.ts';
import { tortureReport } from './torture/judge/report.ts';
import { userFindingsOf } from './torture/judge/user-checker.ts';
import { torture } from './torture/run.ts';
import { DATABASE_NAMES } from './torture/stage/database.ts';

const command = {
  name: 'torture',
  summary: 'Posts to the production bundle under pm2 while faults are caused, and compares answers with the table.',
  options: {
    acknowledged: {
      value: '<n>',
      default: '20000',
      schema: wholeNumber(1, 10_000_000),
      help: 'minimum of acknowledged requests; a run continues until each fault was caused once',
    },
    seed: {
      value: '<n>',
      default: '1',
      schema: wholeNumber(0, 2 ** 31),
      help: 'decides the order and the duration of the faults',
    },
    database: {
      value: '<name>',
      schema: choice(DATABASE_NAMES),
      help: `${DATABASE_NAMES.join(' or ')} (default: dynamodb-local if Java 17 or newer is there)`,
    },
    report: { value: '<folder>', default: '.data/torture', help: 'where history and report are written' },
  },
  examples: [['npm run torture -- --acknowledged 100000 --seed 7', 'a longer run, and other faults']],
} as const;

await main(command, async ({ values: { acknowledged, seed, report, ...values } }) => {
  const database = values.database ?? ((await whyNoDynamodbLocal()) === undefined ? 'dynamodb-local' : 'embedded');
  const folder = resolve(report);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const onProgress = (text: string) => console.error(text);
  const { historyFile, listed, stored, remaining } = await withUndo((undo) =>
    torture({ acknowledged, seed, folder, database, onProgress }, undo),
  );
  const history = await readHistory(historyFile);
  const result = tortureReport({
    history,
    findings: findingsOf(history, stored.records),
    keyFindings: keyFindingsOf(history.outcomes, stored.records),
    userFindings: userFindingsOf(history.users, stored.users),
    listingErrors: listingErrors(listed, stored.records),
    remaining,
    wanted: { acknowledged, seed },
    facts: { Node: process.version, database },
  });
  const { page } = await writeReport(folder, result);
  console.log(`${renderTerminal(result)}\n\nReport: ${page}`);
  if (!hasPassed(result)) process.exitCode = 1;
});
