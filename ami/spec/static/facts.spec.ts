import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IMAGE_PATHS } from '../../contract.ts';
import type { ImageFacts } from '../../facts/image-facts.ts';
import { enablement, output, textOf } from '../system.ts';

const facts = JSON.parse(textOf(IMAGE_PATHS.bakeFacts)) as ImageFacts;

describe('facts of the bake', () => {
  it('tell the commit', () => assert.match(facts.commit, /^[0-9a-f]{40}$/));

  it('tell the Node and the pm2 that are there', () => {
    const node = `${IMAGE_PATHS.app}/bin/node`;
    const pm2 = JSON.parse(textOf(`${IMAGE_PATHS.app}/node_modules/pm2/package.json`)) as { version: string };
    assert.deepEqual(
      { node: output(node, '--version'), pm2: pm2.version },
      { node: `v${facts.nodeVersion}`, pm2: facts.pm2Version },
    );
  });

  it('tell the architecture and the base', () => {
    assert.equal(facts.architecture, output('dpkg', '--print-architecture'));
    assert.equal(facts.baseRelease, textOf('/etc/debian_version').trim());
  });

  it('list every Debian package that is installed', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
    const installed = output('dpkg-query', '--show', '--showformat=${Package}\\n').split('\n');
    const listed = textOf('/etc/stampede/packages.txt').trim().split('\n');
    assert.deepEqual(
      listed.map((line) => line.split('\t')[0]),
      installed,
    );
  });

  it('have a bill of materials with Debian and npm packages', () => {
    const bom = JSON.parse(textOf('/etc/stampede/sbom.cdx.json')) as { components: { purl: string }[] };
    const purls = bom.components.map((component) => component.purl);
    assert.ok(purls.includes(`pkg:npm/pm2@${facts.pm2Version}`), 'pm2 is not listed');
    assert.ok(
      purls.some((purl) => purl.startsWith('pkg:deb/debian/systemd@')),
      'systemd is not listed',
    );
  });

  it('say truly whether the AWS agents are there', () => {
    const expected = facts.awsAgents ? 'enabled' : '';
    assert.equal(enablement('amazon-ssm-agent.service').replace('not-found', ''), expected);
  });
});
