import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { waitUntil } from './cli/wait.ts';
import { type DeadLetter, deadLetterTable, outcomesOf, putBack, readDeadLetters } from './stage/dead-letters.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'replay',
    summary:
      'Lists the blocks that DynamoDB refused, with the reasons. With --apply, gives them back to the servers, which put ' +
      'them into the table, and waits until they are stored.',
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      apply: { help: 'put the blocks back, after the cause has been removed' },
      'wait-seconds': {
        value: '<n>',
        default: '1800',
        schema: wholeNumber(1, 999_999),
        help: 'how long to wait for the servers; a block that is refused again is dead after 10 to 25 minutes',
      },
      json: { help: 'print the dead letters as JSON; not with --apply' },
    },
    examples: [
      ['npm run replay -- --stage prod', 'lists the dead letters of prod'],
      ['npm run replay -- --stage prod --apply', 'puts them back'],
    ],
  },
  async ({ values }) => {
    await useRole(values);
    const { spillBucket: bucket } = await outputsOf(values.stage, 'data');
    const letters = await readDeadLetters(bucket);
    if (values.json && !values.apply) return console.log(JSON.stringify(letters, undefined, 2));
    if (letters.length === 0) return console.log(`There are no dead letters in ${bucket}`);
    console.log(deadLetterTable(letters));
    if (!values.apply) return console.log(`\n${letters.length} dead letters. Remove the cause, then add --apply`);
    await replay(bucket, letters, values['wait-seconds'] * 1_000);
  },
);

async function replay(bucket: string, letters: readonly DeadLetter[], deadlineMs: number): Promise<void> {
  for (const [index, letter] of letters.entries()) {
    await putBack(bucket, letter);
    console.error(`Put back ${index + 1} of ${letters.length}: ${letter.name}`);
  }
  const look = async (seen: (state: string) => void) => {
    const outcomes = await outcomesOf(bucket, letters);
    seen(
      `${outcomes.stored.length} stored, ${outcomes.refused.length} refused again, ${outcomes.waiting.length} waiting`,
    );
    return outcomes.waiting.length === 0 ? outcomes : undefined;
  };
  const { stored, refused } = await waitUntil(`the servers to store ${letters.length} blocks`, look, {
    deadlineMs,
    remedy:
      'The blocks are safe below spill/. If none was stored, either no server runs, or the table refuses them again: ' +
      'search the log group app for "drain"',
  });
  if (refused.length > 0) {
    throw new OperatorError(
      `${refused.length} of ${letters.length} blocks were refused again: npm run replay shows the reasons`,
    );
  }
  console.log(`${stored.length} of ${letters.length} blocks are in the table`);
}
