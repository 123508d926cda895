import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeLabel } from '../../../cli/chart-axes.ts';
import { type Html, html, scriptJson } from '../../../cli/html.ts';
import { chartFigure } from '../../../cli/svg-chart.ts';
import type { Check, DrillRun } from '../run-record.ts';
import { chartsOf } from './charts.ts';
import { hasPassed, type JudgedRun, predictionText, type Report } from './report.ts';
import { STYLE } from './style.ts';

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
${runs.length > 0 ? summaryTable(runs) : undefined}
${checks.length > 0 ? checksTable('Stage checks', checks) : undefined}
${runs.map(runSection)}
</main>
<script type="application/json" id="report">${scriptJson(report)}</script>
</body></html>
`.markup;
}

function summaryTable(runs: readonly JudgedRun[]): Html {
  const seconds = (value: number | undefined) => (value === undefined ? '–' : `${value} s`);
  return html`<table><caption>Drills</caption>
<tr><th scope="col">Drill</th><th scope="col">Verdict</th><th scope="col">Detected after</th><th scope="col">Recovered after</th></tr>
${runs.map(
  ({
    run,
    verdict,
  }) => html`<tr><td><a href="#${run.drill}">${run.drill}</a></td><td>${verdictMark(verdict.passed)}</td>
<td>${seconds(verdict.detectedAfterS)}</td><td>${seconds(verdict.recoveredAfterS)}</td></tr>`,
)}</table>`;
}

function runSection({ run, verdict }: JudgedRun): Html {
  const { drill, summary, startedAt, durationS, timeFactor = 1 } = run;
  const pace = timeFactor === 1 ? '' : `; one second represents ${timeFactor} s of CloudWatch and Auto Scaling`;
  return html`<section id="${drill}">
<header><h2>${drill}</h2>${verdictMark(verdict.passed)}</header>
<p>${summary}</p>
<p class="soft">${startedAt}, ${timeLabel(durationS)}${pace}</p>
${checksTable('Checks', verdict.checks)}
${predictionLine(run)}
<p class="legend soft"><span><i class="f"></i>fault</span><span><i class="a"></i>alarm</span></p>
${chartsOf(run).map(chartFigure)}
${eventsTable(run)}
</section>`;
}

function checksTable(caption: string, checks: readonly Check[]): Html {
  return html`<table><caption>${caption}</caption>
<tr><th scope="col">Check</th><th scope="col">Passed</th><th scope="col">Measured</th><th scope="col">Expected</th></tr>
${checks.map(({ check, passed, measured, expected }) => html`<tr><td>${check}</td><td>${verdictMark(passed, 'yes', 'no')}</td><td>${measured}</td><td>${expected}</td></tr>`)}
</table>`;
}

function predictionLine({ prediction }: DrillRun): Html | undefined {
  if (!prediction) return undefined;
  const rate = Number(prediction.requestsPerInstance.toPrecision(3));
  return html`<p>Simulated with the measured load: ${predictionText(prediction)}.</p>
<p class="soft">The simulation assumes ${rate} requests/s of an instance at 100 % CPU, ${Math.round(prediction.bootS)} s from launch to service.</p>`;
}

function eventsTable({ events }: DrillRun): Html | undefined {
  if (events.length === 0) return undefined;
  return html`<details><summary>${events.length} events</summary><table>
${events.map(({ second, text }) => html`<tr><td>${timeLabel(second)}</td><td>${text}</td></tr>`)}
</table></details>`;
}

function verdictMark(passed: boolean, yes = 'passed', no = 'failed'): Html {
  return passed ? html`<span class="passed">✓ ${yes}</span>` : html`<span class="failed">✗ ${no}</span>`;
}
