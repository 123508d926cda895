import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { readSettings } from '../../infra/settings/read.ts';
import { addStampede } from '../../infra/stampede.ts';

const cdkJson = JSON.parse(readFileSync('cdk.json', 'utf8'));
const flags = JSON.parse(process.argv[2] ?? '{}');
const ctx = JSON.parse(process.argv[3] ?? '{}');
let c = process.cpuUsage();
for (let i = 0; i < 12; i++) {
  const settings = readSettings('dev', () => undefined);
  const app = new App({ ...flags, context: { ...cdkJson.context, ...ctx }, outdir: '/tmp/speed/synth' });
  addStampede(app, { stage: 'dev', settings, ami: { id: 'ami-0123456789abcdef0', builtAt: 1_795_219_200 } });
  app.synth();
  if (i === 1) c = process.cpuUsage();
}
const d = process.cpuUsage(c);
console.log(process.argv[2], process.argv[3], ((d.user + d.system) / 1e4).toFixed(0), 'ms each');
