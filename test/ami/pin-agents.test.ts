import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { accessSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

const CLOUDWATCH_KEY = '937616F3450B7D806CBD9725D58167303B789C72';
const SSM = 'https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1/3.3.1.0/debian_';
const CLOUDWATCH = 'https://amazoncloudwatch-agent.s3.amazonaws.com/debian/';

/** A download has the content "content of <address>", except keys and versions. */
const CURL = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --output) file=$2; shift 2 ;;
    --retry | --max-time) shift 2 ;;
    --*) shift ;;
    *) url=$1; shift ;;
  esac
done
case $url in
  */VERSION) echo 3.3.1.0 ;;
  */CWAGENT_VERSION) echo 1.300070.0b1 ;;
  *.gpg) echo "$CLOUDWATCH_KEY" ;;
  *) echo "content of $url" ;;
esac >"$file"
`;
/** The fingerprint of a key is its content. */
const GPG = `#!/bin/sh
for last; do :; done
case "$*" in
  *--show-keys*) echo "fpr:::::::::$(cat "$last"):" ;;
  *) : >key.gpg ;;
esac
`;
/** Package and signature belong to each other, except the forged one. */
const GPGV = `#!/bin/sh
for last; do :; done
case $(cat "$last") in *"$FORGED"*) echo "gpgv: BAD signature" >&2; exit 1 ;; esac
`;

const SHASUM = `console.log(crypto.hash("sha256", fs.readFileSync(process.argv[1])) + "  " + process.argv[1])`;

/** What macOS has, by the tools of this machine: they know no long options. */
const TOOLS = ['awk', 'basename', 'bash', 'cat', 'cut', 'dirname', 'env', 'grep', 'mktemp', 'rm', 'sed', 'tr'];
const withoutLongOptions = (path: string) => `#!/bin/sh
for argument; do
  case $argument in --*) echo "illegal option $argument" >&2; exit 64 ;; esac
done
exec ${path} "$@"
`;

function pathOf(tool: string): string {
  const isExecutable = (path: string) => {
    try {
      accessSync(path, 1);
      return true;
    } catch {
      return false;
    }
  };
  const found = ['/bin', '/usr/bin'].map((folder) => join(folder, tool)).find(isExecutable);
  return found ?? assert.fail(`this machine has no ${tool}`);
}

/** Runs a copy of the script with replaced downloads and signatures; returns how it ended, and versions.sh after it. */
async function pinAgents(context: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'pin-agents-'));
  context.after(() => rm(folder, { recursive: true }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const install = async (name: string, text: string) => {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  };
  for (const tool of TOOLS) await install(tool, withoutLongOptions(pathOf(tool)));
  await install('shasum', `#!/bin/sh\n[ "$1 $2" = "-a 256" ] && exec "${process.execPath}" -e '${SHASUM}' "$3"\n`);
  for (const [name, text] of Object.entries({ curl: CURL, gpg: GPG, gpgv: GPGV })) await install(name, text);
  for (const file of ['pin-agents.sh', 'versions.sh']) await copyFile(join('ami', file), join(folder, file));
  await writeFile(join(folder, 'key.asc'), 'THE-SSM-KEY\n');
  const env = { PATH: bin, CLOUDWATCH_KEY, FORGED: 'nothing', ...environment };
  const line = [pathOf('bash'), [join(folder, 'pin-agents.sh'), join(folder, 'key.asc')], { env }] as const;
  const ended = await promisify(execFile)(...line).catch((error: { stdout: string; stderr: string }) => error);
  return { ...ended, versions: await readFile(join(folder, 'versions.sh'), 'utf8') };
}

const before = readFileSync('ami/versions.sh', 'utf8');
const sha256 = (url: string) => hash('sha256', `content of ${url}\n`);

describe('ami/pin-agents.sh', () => {
  it('pins both agents for both architectures, with the tools of macOS', async (context) => {
    const { stdout, stderr, versions } = await pinAgents(context);
    assert.equal(stderr, '');
    assert.match(stdout, /^SSM agent's key: THE-SSM-KEY$/m);
    const pinned = versions.split('\n').filter((line) => /AGENT_.*=/.test(line));
    assert.deepEqual(pinned, [
      'SSM_AGENT_VERSION=3.3.1.0',
      `SSM_AGENT_SHA256_AMD64=${sha256(`${SSM}amd64/amazon-ssm-agent.deb`)}`,
      `SSM_AGENT_SHA256_ARM64=${sha256(`${SSM}arm64/amazon-ssm-agent.deb`)}`,
      'CLOUDWATCH_AGENT_VERSION=1.300070.0b1',
      `CLOUDWATCH_AGENT_SHA256_AMD64=${sha256(`${CLOUDWATCH}amd64/1.300070.0b1/amazon-cloudwatch-agent.deb`)}`,
      `CLOUDWATCH_AGENT_SHA256_ARM64=${sha256(`${CLOUDWATCH}arm64/1.300070.0b1/amazon-cloudwatch-agent.deb`)}`,
    ]);
    const others = (text: string) => text.split('\n').filter((line) => !/AGENT_.*=/.test(line));
    assert.deepEqual(others(versions), others(before));
  });

  it('pins nothing if one package has a wrong signature', async (context) => {
    const { stderr, versions } = await pinAgents(context, { FORGED: 'debian/arm64/' });
    assert.match(stderr, /BAD signature/);
    assert.equal(versions, before);
  });

  it('pins nothing if the key of the CloudWatch agent is another', async (context) => {
    const { stderr, versions } = await pinAgents(context, { CLOUDWATCH_KEY: 'ANOTHER' });
    assert.match(stderr, /the CloudWatch agent's key is ANOTHER, expected 9376/);
    assert.equal(versions, before);
  });

  it('is understood by bash 3.2', () => {
    const script = readFileSync('ami/pin-agents.sh', 'utf8').replaceAll(/^#.*$/gm, '');
    assert.doesNotMatch(script, /\$\{\w+(\^|,|@)|mapfile|readarray|declare -[Ag]|&>>/);
  });
});
