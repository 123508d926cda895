import assert from 'node:assert/strict';
import { accessSync, constants, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { IMAGE_PATHS } from '../../ami/contract.ts';
import { apps } from '../../ecosystem.config.js';
import { logGroupNames } from '../../infra/contract.ts';
import { PM2_DAEMON_ENV, PORT, TIMEOUTS_MS } from '../../server/contract.ts';

/** A file that the agent sends, by its schema: translator/config/schema.json in aws/amazon-cloudwatch-agent. */
const logFileSchema = z.strictObject({
  file_path: z.string().startsWith('/').max(4_096),
  log_group_name: z.string().min(1).max(512),
  log_stream_name: z.string().min(1).max(512),
  timestamp_format: z.string().min(1).optional(),
  timezone: z.enum(['Local', 'LOCAL', 'UTC']),
});

const textOf = (path: string) => readFileSync(path, 'utf8');
const template = textOf('packer.pkr.hcl');
const unit = (name: string) => textOf(`ami/files/etc/systemd/system/${name}`);

describe('packer.pkr.hcl', () => {
  const steps = [...template.matchAll(/ami\/steps\/([\w-]+\.sh)/g)].map((match) => match[1]);

  it('runs every step once', () => {
    assert.deepEqual(
      steps.toSorted(),
      globSync('ami/steps/*.sh')
        .map((path) => basename(path))
        .sort(),
    );
  });

  it('waits for cloud-init first, and verifies the sealed image last', () => {
    assert.equal(steps[0], 'wait-for-cloud-init.sh');
    assert.deepEqual(steps.slice(-2), ['seal.sh', 'verify-image.sh']);
  });

  it('can be read by Debian’s Packer, which does not support required_plugins', () => {
    assert.doesNotMatch(template.replaceAll(/^\s*#.*$/gm, ''), /required_plugins/);
    assert.match(textOf('plugins.pkr.hcl'), /required_plugins/);
  });

  it('starts from the Debian release that the bake expects', () => {
    const release = /^DEBIAN_RELEASE=(\d+)$/m.exec(textOf('ami/versions.sh'))?.[1];
    assert.match(template, new RegExp(`= "debian-${release}-\\$\\{var\\.architecture\\}-\\*"`));
  });

  it('upgrades the kernel as well, and keeps changed configuration files without a question', () => {
    const step = textOf('ami/steps/install-packages.sh');
    assert.match(step, /^export DEBIAN_FRONTEND=noninteractive$/m);
    assert.match(step, /^options=\(-qy .*--force-confdef .*--force-confold\)$/m);
    assert.match(step, /^apt-get upgrade "\$\{options\[@\]\}" --with-new-pkgs$/m);
    assert.match(step, /^apt-get install "\$\{options\[@\]\}" /m);
  });

  it('allows only IMDSv2, on images and on the builder', () => {
    assert.match(template, /^ {2}imds_support = "v2.0"$/m);
    assert.match(template, /http_tokens\s+= "required"/);
  });

  it('encrypts the volume, not a copy of the image, which the bake role may not make', () => {
    const volume = /launch_block_device_mappings \{([^}]*)\}/.exec(template)?.[1] ?? '';
    assert.match(volume, /^ {4}encrypted\s+= true$/m);
    assert.match(volume, /^ {4}kms_key_id\s+= var\.kms_key_id$/m);
    assert.doesNotMatch(template, /^\s*encrypt_boot\b/m);
  });

  it('deprecates and tags the image', () => {
    assert.match(template, /^ {2}deprecate_at\s+= local.deprecate_at$/m);
    for (const tag of ['Version', 'Commit', 'NodeVersion', 'Architecture', 'SourceAmi', 'BaseRelease']) {
      assert.match(template, new RegExp(`^ {4}${tag}\\s+= `, 'm'));
    }
  });

  it('allows connections to the builder only from this machine', () => {
    assert.match(template, /temporary_security_group_source_public_ip = true$/m);
  });
});

describe('units', () => {
  const service = unit('stampede.service');
  const hook = unit('stampede-launch-hook.service');

  it('start after user data without an ordering cycle', () => {
    // Debian orders cloud-final.service after multi-user.target, so that target must not want them.
    for (const text of [service, hook, unit('stampede-logs.service')]) {
      assert.match(text, /^After=.*\bcloud-final\.service\b/m);
      assert.match(text, /^WantedBy=graphical\.target$/m);
      assert.doesNotMatch(text, /^(WantedBy|Before|RequiredBy)=.*multi-user/m);
    }
  });

  it('start the service once the clock is synchronised, or after a deadline', () => {
    assert.match(service, /^After=.*\bchrony-wait\.service\b/m);
    assert.match(service, /^Wants=.*\bchrony-wait\.service\b/m);
    assert.doesNotMatch(service, /^(Requires|BindsTo)=.*chrony/m);
  });

  it('complete the launch only after the service has started', () => assert.match(hook, /^After=stampede\.service /m));

  it('complete the launch again after a crash, but not after they have abandoned it', () => {
    const abandoned = /^const ABANDONED = (\d+);$/m.exec(textOf('ami/launch-hook/main.ts'))?.[1];
    assert.match(hook, /^Restart=on-failure$/m);
    assert.match(hook, new RegExp(`^RestartPreventExitStatus=${abandoned}$`, 'm'));
    assert.match(hook, /^StartLimitBurst=\d+$/m);
  });

  it('start the log agent again if it fails', () => {
    assert.match(unit('stampede-logs.service'), /^Restart=on-failure$/m);
  });

  it('give workers the time in the contract', () => {
    assert.match(service, new RegExp(`^TimeoutStopSec=${TIMEOUTS_MS.systemdStop / 1_000}$`, 'm'));
  });

  it("give pm2's daemon the environment in the contract", () => {
    for (const [name, value] of Object.entries(PM2_DAEMON_ENV))
      assert.match(service, new RegExp(`^Environment=${name}=${value}$`, 'm'));
  });

  it('use the paths in the contract', () => {
    assert.match(service, new RegExp(`^Environment=ENV_FILE=${IMAGE_PATHS.envFile}$`, 'm'));
    assert.match(service, new RegExp(`^WorkingDirectory=${IMAGE_PATHS.app}$`, 'm'));
    assert.match(service, /^RuntimeDirectory=.*\bstampede\/metrics\b/m);
    assert.equal(IMAGE_PATHS.metricsDir, '/run/stampede/metrics');
  });
});

describe('the firewall', () => {
  it('opens the port in the contract', () => {
    const ports = [...textOf('ami/files/etc/nftables.conf').matchAll(/tcp [ds]port (\d+)/g)].map((match) => match[1]);
    assert.deepEqual([...new Set(ports)].sort(), ['22', String(PORT)]);
  });
});

describe('the log agent', () => {
  const { logs } = JSON.parse(textOf('ami/files/opt/stampede/logs/cloudwatch-agent.json'));
  const files = logFileSchema.array().parse(logs.logs_collected.files.collect_list);
  const sent = (path: string) => files.some(({ file_path }) => file_path === path);

  it('writes to the log groups in the contract', () => {
    const groups = Object.values(logGroupNames('@STAGE@')).sort();
    assert.deepEqual([...new Set(files.map(({ log_group_name }) => log_group_name))].sort(), groups);
  });

  it('writes each file to a stream of its own', () => {
    const streams = files.map(({ log_group_name, log_stream_name }) => `${log_group_name} ${log_stream_name}`);
    assert.equal(new Set(streams).size, files.length);
  });

  it('names each file, because of those that match a wildcard it sends only the newest', () => {
    for (const { file_path } of files) assert.doesNotMatch(file_path, /[*?[]/);
  });

  it('sends what the application and pm2 write', () => {
    const folder = /^LogsDirectory=(\S+)$/m.exec(unit('stampede.service'))?.[1];
    // pm2 names the files after the application, without a number because of merge_logs.
    assert.equal(apps[0]?.merge_logs, true);
    for (const name of [`${apps[0]?.name}-out`, `${apps[0]?.name}-error`, 'pm2']) {
      assert.ok(sent(`/var/log/${folder}/${name}.log`), name);
    }
  });

  it('sends the whole journal of a boot, to which the runbook refers', () => {
    const journal = unit('stampede-journal.service');
    const path = /^StandardOutput=append:(\S+)$/m.exec(journal)?.[1] ?? '';
    assert.ok(sent(path), path);
    assert.match(journal, /^ExecStart=\/usr\/bin\/journalctl .*--boot .*--follow --no-tail/m);
    assert.doesNotMatch(journal, /^ExecStart=.*(--unit|--priority|--identifier|--lines)/m);
  });
});

describe('shell scripts', () => {
  const scripts = globSync(['ami/**/*.sh', 'scripts/**/*.sh'], { exclude: ['ami/versions.sh', '**/node_modules/**'] });

  for (const path of scripts) {
    it(`${path} stops at the first failure and is executable`, () => {
      assert.match(textOf(path), /^#!\/usr\/bin\/env bash\n(#.*\n)+set -euo pipefail\n/);
      accessSync(path, constants.X_OK);
    });
  }
});

describe('versions', () => {
  it('have a checksum for each agent and architecture, or stop the bake', () => {
    const versions = textOf('ami/versions.sh');
    for (const agent of ['SSM_AGENT', 'CLOUDWATCH_AGENT']) {
      for (const architecture of ['AMD64', 'ARM64']) {
        assert.match(versions, new RegExp(`^${agent}_SHA256_${architecture}=([0-9a-f]{64})?$`, 'm'));
      }
    }
    assert.match(textOf('ami/steps/install-agents.sh'), /if \[ -z "\$checksum" \]; then\n.*has no checksum/);
  });
});
