import type { Html } from '../../../cli/html.ts';
import { CHART_STYLE } from '../../../cli/svg-chart.ts';

/** The style of the page; no font, image or script is fetched. */
export const STYLE: Html = {
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
.requests, .p50, .in-service, .cpu { color: var(--blue); } .errors, .p99 { color: var(--bad); } .p95 { color: var(--orange); }
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
