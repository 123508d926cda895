import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandDescription } from './cli/arguments.ts';
import { startChromium } from './cli/chromium.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { pictureReport } from './drills/core/report/picture.ts';

const command = {
  name: 'rehearse:screenshot',
  summary: "Takes pictures of a rehearsal's report: one of its checks, and one of each drill. Needs Chromium.",
  options: {
    report: { value: '<folder>', default: '.data/rehearsal', help: 'where the report is' },
    to: { value: '<folder>', help: 'where the pictures go (default: beside the report)' },
    drill: { value: '<name>', multiple: true, help: 'a drill to show (default: all)' },
  },
  examples: [['npm run rehearse:screenshot -- --to docs/images --drill scale-out-and-in', 'the pictures of the docs']],
} as const satisfies CommandDescription;

await main(command, async ({ values }) => {
  const page = resolve(values.report, 'report.html');
  await access(page).catch((cause) => {
    throw new OperatorError(`there is no report at ${page}: make one with npm run rehearse`, { cause });
  });
  await using browser = await startChromium(process.env['CHROMIUM']);
  const files = await pictureReport(browser, page, resolve(values.to ?? values.report), values.drill);
  console.log(files.join('\n'));
});
