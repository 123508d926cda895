import { readFileSync } from 'node:fs';
import { cfnLintFindings, checkovFindings, describeVerdict, type Exception, judge } from './findings.ts';

const [cfnLint, checkov, exceptionsFile] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
if (cfnLint === undefined || checkov === undefined || exceptionsFile === undefined) {
  throw new Error('Expected three files: the reports of cfn-lint and checkov, and the exceptions');
}
const exceptions: readonly Exception[] = JSON.parse(exceptionsFile);
const verdict = judge([...cfnLintFindings(cfnLint), ...checkovFindings(checkov)], exceptions);
const lines = describeVerdict(verdict);
for (const line of lines) console.error(line);
if (lines.length > 0) process.exitCode = 1;
else console.log(`No findings except ${exceptions.length} accepted exceptions`);
