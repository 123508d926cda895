import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import { IMAGE_PATHS } from '../../contract.ts';
import type { ImageFacts } from '../../facts/record.ts';
import { enablement, output, textOf } from '../system.ts';

const facts = JSON.parse(textOf(IMAGE_PATHS.bakeFacts)) as ImageFacts;

describe('facts about the bake', () => {
  it('contain the commit', () => assert.match(facts.commit, /^[0-9a-f]{40}$/));

  it('contain the versions of the installed Node.js and pm2', () => {
    const node = `${IMAGE_PATHS.app}/bin/node`;
    const pm2 = JSON.parse(textOf(`${IMAGE_PATHS.app}/node_modules/pm2/package.json`)) as { version: string };
    assert.deepEqual(
      { node: output(node, '--version'), pm2: pm2.version },
      { node: `v${facts.nodeVersion}`, pm2: facts.pm2Version },
    );
  });

  it('contain the architecture and the base release', () => {
    assert.equal(facts.architecture, output('dpkg', '--print-architecture'));
    assert.equal(facts.baseRelease, textOf('/etc/debian_version').trim());
  });

  it('list every installed Debian package', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
    const installed = output('dpkg-query', '--show', '--showformat=${Package}\\n').split('\n');
    const listed = textOf('/etc/stampede/packages.txt').trim().split('\n');
    const names = listed.map((line) => line.split('\t')[0]);
    assert.deepEqual(names, installed);
  });

  it('include a bill of materials with Debian and npm packages', () => {
    const bom = JSON.parse(textOf('/etc/stampede/sbom.cdx.json')) as { components: { purl: string }[] };
    const purls = bom.components.map((component) => component.purl);
    assert.ok(purls.includes(`pkg:npm/pm2@${facts.pm2Version}`), 'pm2 is not listed');
    const systemd = purls.find((purl) => purl.startsWith('pkg:deb/debian/systemd@'));
    assert.ok(systemd, 'systemd is not listed');
  });

  it('list no package, such as a kernel, that the upgrade held back', () => {
    assert.equal(facts.outdatedPackages, '');
  });

  it('list every npm package that is installed in the bill of materials', () => {
    const folder = `${IMAGE_PATHS.app}/node_modules`;
    const own = /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+\/package\.json$/;
    const installed = globSync('**/package.json', { cwd: folder })
      .filter((path) => own.test(path))
      .map((path) => JSON.parse(textOf(`${folder}/${path}`)) as { name: string; version: string })
      .map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    assert.ok(installed.length > 50, `${installed.length} packages`);
    const bom = JSON.parse(textOf('/etc/stampede/sbom.cdx.json')) as { components: { purl: string }[] };
    const listed = new Set(bom.components.map(({ purl }) => purl));
    assert.deepEqual(
      installed.filter((purl) => !listed.has(purl)),
      [],
    );
  });

  it('record whether the AWS agents are installed', () => {
    const expected = facts.awsAgents ? 'enabled' : '';
    assert.equal(enablement('amazon-ssm-agent.service').replace('not-found', ''), expected);
  });
});
