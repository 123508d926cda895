import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeLabel } from '../../../cli/chart-axes.ts';
import { type Html, html, scriptJson } from '../../../cli/html.ts';
import { CHART_STYLE, chartFigure } from '../../../cli/svg-chart.ts';
import type { Check, DrillRun, Prediction } from '../run-record.ts';
import { chartsOf } from './charts.ts';
import { hasPassed, type JudgedRun, predictionText, type Report } from './report.ts';

/** No font, image or script is fetched. */
const STYLE: Html = {
  markup: `${CHART_STYLE}
:root { color-scheme: light dark; --text: #1c2430; --soft: #5d6b7c; --paper: #fff; --line: #d9dfe6;
  --good: #1a7f4b; --bad: #c02b2b; --blue: #2f6fb0; --orange: #b05500; --violet: #7a4fb5; --fault: #f3c6c6; --alarm: #e08a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --soft: #9aa7b6; --paper: #12161c; --line: #2c3540;
  --good: #4cc38a; --bad: #ff7b72; --blue: #6cb0f5; --orange: #f0a35e; --violet: #b893f0; --fault: #4d2426; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 24px; background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 0; } p { margin: 4px 0; } .soft { color: var(--soft); }
section { margin-top: 32px; padding: 20px; border: 1px solid var(--line); border-radius: 10px; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; }
table { border-collapse: collapse; width: 100%; margin: 12px 0; } caption { text-align: left; color: var(--soft); }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); } a { color: inherit; }
.passed, .failed { font-weight: 600; white-space: nowrap; } .passed { color: var(--good); } .failed { color: var(--bad); }
.fault { fill: var(--fault); opacity: .55; } .alarm { fill: var(--alarm); }
.requests { --fill: .55; } .errors { --fill: .85; } .p99 { --fill: .35; } .predicted { --fill: .2; }
.requests, .p50, .in-service, .cpu, .memory { color: var(--blue); } .errors, .p99 { color: var(--bad); } .p95 { color: var(--orange); }
.desired { color: var(--orange); } .predicted { color: var(--violet); }
.key.drawn.predicted::before { background: repeating-linear-gradient(90deg, currentColor 0 4px, transparent 4px 7px); }
path.line.predicted { stroke-dasharray: 6 4; }
.legend span { margin-right: 16px; } .legend i { display: inline-block; width: 14px; height: 10px; margin-right: 5px; }
.legend .f { background: var(--fault); } .legend .a { background: var(--alarm); height: 4px; vertical-align: middle; }
td { hyphens: auto; overflow-wrap: anywhere; }
@media (max-width: 600px) { body, section { padding: 12px; } body { font-size: 14px; } th, td { padding-right: 8px; } }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--soft); }
`,
};

/** Writes a report as a page for people and as JSON for programs. */
export async function writeReport(folder: string, report: Report): Promise<{ page: string; json: string }> {
  const files = { page: join(folder, 'report.html'), json: join(folder, 'report.json') };
  await mkdir(folder, { recursive: true });
  await writeFile(files.page, renderPage(report));
  await writeFile(files.json, `${JSON.stringify({ passed: hasPassed(report), ...report }, undefined, 2)}\n`);
  return files;
}

/** The report as one self-contained page; it includes its data as JSON. */
export function renderPage(report: Report): string {
  const { title, createdAt, facts, checks, runs } = report;
  const passed = hasPassed(report);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}: ${passed ? 'passed' : 'failed'}</title><style>${STYLE}</style></head>
<body>
<header><h1>${title}</h1>${verdictMark(passed)}</header>
<main>
<p class="soft">${createdAt}${Object.entries(facts).map(([name, value]) => ` · ${name} ${value}`)}</p>
${table('Drills', ['Drill', 'Verdict', 'Detected after', 'Recovered after'], runs.map(summaryRow))}
${checksTable('Stage checks', checks)}
${runs.map(runSection)}
</main>
<script type="application/json" id="report">${scriptJson(report)}</script>
</body></html>
`.markup;
}

function summaryRow({ run: { drill }, verdict }: JudgedRun) {
  const times = [verdict.detectedAfterS, verdict.recoveredAfterS].map((s) => (s === undefined ? '–' : `${s} s`));
  return [html`<a href="#${drill}">${drill}</a>`, verdictMark(verdict.passed), ...times];
}

function runSection({ run, verdict }: JudgedRun): Html {
  const { drill, summary, startedAt, durationS, timeFactor = 1, prediction, events } = run;
  const factor = timeFactor === 1 ? '' : `; one second represents ${timeFactor} s of CloudWatch and Auto Scaling`;
  return html`<section id="${drill}">
<header><h2>${drill}</h2>${verdictMark(verdict.passed)}</header>
<p>${summary}</p>
<p class="soft">${startedAt}, ${timeLabel(durationS)}${factor}</p>
${checksTable('Checks', verdict.checks)}
${prediction && predictionLines(prediction)}
<p class="legend soft"><span><i class="f"></i>fault</span><span><i class="a"></i>alarm</span></p>
${chartsOf(run).map(chartFigure)}
${events.length > 0 ? eventsTable(events) : undefined}
</section>`;
}

function eventsTable(events: DrillRun['events']): Html {
  return html`<details><summary>${events.length} events</summary><table>
${events.map(({ second, text }) => html`<tr><td>${timeLabel(second)}</td><td>${text}</td></tr>`)}
</table></details>`;
}

function predictionLines(prediction: Prediction): Html {
  const rate = Number(prediction.requestsPerInstance.toPrecision(3));
  return html`<p>Simulated with the measured load: ${predictionText(prediction)}.</p>
<p class="soft">The simulation assumes ${rate} requests/s of an instance at 100 % CPU, ${Math.round(prediction.bootS)} s from launch to service.</p>`;
}

function checksTable(caption: string, checks: readonly Check[]) {
  const rows = checks.map((each) => [each.check, verdictMark(each.passed, 'yes', 'no'), each.measured, each.expected]);
  return table(caption, ['Check', 'Passed', 'Measured', 'Expected'], rows);
}

/** Undefined without rows. */
function table(caption: string, head: readonly string[], rows: readonly (Html | string)[][]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<table><caption>${caption}</caption>
<tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</table>`;
}

function verdictMark(passed: boolean, yes = 'passed', no = 'failed'): Html {
  return passed ? html`<span class="passed">✓ ${yes}</span>` : html`<span class="failed">✗ ${no}</span>`;
}
