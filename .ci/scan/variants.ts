/** Writes the templates of every deployment that the transitions test knows to a folder, each different one once. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyDeployment } from '../../test/infra/transitions/deployments.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Expected a folder for the templates');
mkdirSync(folder, { recursive: true });

const written = new Set<string>();
let deployments = 0;
for (const { stage, stacks } of everyDeployment()) {
  deployments += 1;
  for (const [stack, template] of Object.entries(stacks)) {
    const text = JSON.stringify(template, undefined, 1);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
    if (written.has(hash)) continue;
    written.add(hash);
    writeFileSync(join(folder, `${stage}-${stack}-${hash}.template.json`), text);
  }
}
console.log(`${deployments} deployments, ${written.size} different templates`);
