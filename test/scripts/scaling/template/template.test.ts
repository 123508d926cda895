import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadStage } from '../../../../scripts/scaling/template/template.ts';

describe('loadStage', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'templates-'));
    const text = JSON.stringify({ Resources: { A: { Type: 'T' } } });
    await writeFile(join(folder, 'stampede-dev-service.template.json'), text);
    await writeFile(join(folder, 'stampede-prod-service.template.json'), text);
    await writeFile(join(folder, 'broken.template.json'), '{"Resources": 3}');
  });

  after(() => rm(folder, { recursive: true }));

  it('reads the templates of one stage', async () => {
    const templates = await loadStage(folder, 'dev');
    assert.deepEqual(
      templates.map(({ stack, Resources }) => [stack, Resources]),
      [['stampede-dev-service', { A: { Type: 'T', Properties: {} } }]],
    );
  });

  it('reads a single template file', async () => {
    const [only] = await loadStage(join(folder, 'stampede-prod-service.template.json'), 'dev');
    assert.equal(only?.stack, 'stampede-prod-service');
  });

  it('says what to do when there is none, or no template', async () => {
    await assert.rejects(loadStage(folder, 'test'), /no template of stage 'test'.*npm run synth/);
    await assert.rejects(loadStage(join(folder, 'nowhere'), 'dev'), /nowhere cannot be read.*npm run synth/);
    await assert.rejects(
      loadStage(join(folder, 'broken.template.json'), 'dev'),
      /broken.template.json is not a CloudForm/,
    );
  });
});
