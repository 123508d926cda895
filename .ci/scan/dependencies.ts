import { readFileSync } from 'node:fs';
import { describeVerdict, type Exception, judge } from './findings.ts';
import { vulnerabilityFindings } from './vulnerabilities.ts';

const [report, exceptionsFile] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
if (report === undefined || exceptionsFile === undefined) {
  throw new Error('Expected two files: the report of osv-scanner, and the exceptions');
}
const exceptions: readonly Exception[] = JSON.parse(exceptionsFile);
const { unexplained } = judge(vulnerabilityFindings(report), exceptions);
// An exception may be needed by an image and not by the lock files, so a stale one is not an error.
const lines = describeVerdict({ unexplained, stale: [] });
for (const line of lines) console.error(line);
if (lines.length > 0) process.exitCode = 1;
else console.log(`No high vulnerability that an update fixes, except ${exceptions.length} accepted exceptions`);
