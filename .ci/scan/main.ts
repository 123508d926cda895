import { readFileSync } from 'node:fs';
import { cfnLintFindings, checkovFindings, describeVerdict, type Exception, judge } from './findings.ts';

const [exceptionsFile, checkov, ...cfnLint] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
if (exceptionsFile === undefined || checkov === undefined || cfnLint.length === 0) {
  throw new Error('Expected three or more files: the exceptions, the report of checkov, and the reports of cfn-lint');
}
const exceptions: readonly Exception[] = JSON.parse(exceptionsFile);
const verdict = judge([...cfnLint.flatMap(cfnLintFindings), ...checkovFindings(checkov)], exceptions);
const lines = describeVerdict(verdict);
for (const line of lines) console.error(line);
if (lines.length > 0) process.exitCode = 1;
else console.log(`No findings except ${exceptions.length} accepted exceptions`);
