import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';

const entries = join(import.meta.dirname, '../../../scripts/install');
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const LOCKED = {
  '': {},
  'node_modules/run': { version: '1.0.0' },
  'node_modules/tool': { version: '2.0.0', dev: true },
  'node_modules/of-another-system': { version: '3.0.0', optional: true },
};
type Folder = keyof typeof LOCKED;

/** A package whose `npm` writes its words into `npm.log`, with these packages installed. */
function packageWith(installed?: Partial<Record<Folder, { version: string; dev?: boolean }>>) {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-install-'));
  folders.push(folder);
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
  mkdirSync(join(folder, 'node_modules'));
  if (installed)
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  const npm = join(folder, 'npm');
  writeFileSync(npm, '#!/bin/sh\necho "$@" >> npm.log\nexit $NPM_STATUS\n');
  chmodSync(npm, 0o755);
  return folder;
}

/** Runs one of the two entry files there; what npm was asked for, if anything. */
function runIn(folder: string, entry: string, words: readonly string[] = [], env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(entries, entry), ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { NPM_STATUS: '0', PATH: `${folder}${delimiter}${process.env['PATH']}`, ...env },
  });
  let npm: string | undefined;
  try {
    npm = readFileSync(join(folder, 'npm.log'), 'utf8').trim();
  } catch {}
  return { status, stdout, stderr, npm };
}

const { 'node_modules/run': run, 'node_modules/tool': tool } = LOCKED;

describe('installing what is missing', () => {
  it('installs only what running needs for npm start, and says so', () => {
    const { status, npm, stderr } = runIn(packageWith(), 'if-needed.js', ['run']);
    assert.equal(status, 0);
    assert.match(npm ?? '', /^ci .*--omit=dev$/);
    assert.match(
      stderr,
      /^Installing what running needs \(npm ci\) \.\.\.\n(Trying again.*\n)?Installed in \d+ s\.\n$/,
    );
  });

  it('installs everything for npm test, also after npm start', () => {
    for (const folder of [packageWith(), packageWith({ 'node_modules/run': run })]) {
      const { npm, stderr } = runIn(folder, 'if-needed.js');
      assert.match(npm ?? '', /^ci (?!.*--omit)/);
      assert.match(stderr, /^Installing all locked dependencies/);
    }
  });

  it('does nothing if nothing is missing; packages for another system may be', () => {
    for (const [words, installed] of [
      [['run'], { 'node_modules/run': run }],
      [['run'], { 'node_modules/run': run, 'node_modules/tool': tool }],
      [[], { 'node_modules/run': run, 'node_modules/tool': tool }],
    ] as const) {
      const { status, npm, stderr } = runIn(packageWith(installed), 'if-needed.js', words);
      assert.deepEqual({ status, npm, stderr }, { status: 0, npm: undefined, stderr: '' });
    }
  });

  it('installs again if another version is locked, and keeps the packages for development', () => {
    const outdated = { 'node_modules/run': { version: '0.9.0' }, 'node_modules/tool': tool };
    const { npm } = runIn(packageWith(outdated), 'if-needed.js', ['run']);
    assert.match(npm ?? '', /^ci (?!.*--omit)/);
  });

  it('fails with the status of npm', () => {
    assert.equal(runIn(packageWith(), 'if-needed.js', [], { NPM_STATUS: '3' }).status, 3);
  });
});

describe('an installation from addresses', () => {
  const REGISTRY = 'https://registry.test/npm';
  const packages = {
    '': {},
    'node_modules/run': { version: '1.0.0', integrity: 'sha512-x' },
    'node_modules/run/node_modules/@of/scope': { version: '2.0.0-rc.1' },
  };

  /** A package with an old `node_modules`; its `npm ci` fails here or there if told to. */
  function packageToInstall() {
    const folder = packageWith();
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, '.npmrc'), '');
    writeFileSync(join(folder, 'node_modules/old'), '');
    const npm = `#!/bin/sh
if [ "$1" = config ]; then echo ${REGISTRY}; exit; fi
echo "$PWD $@" >> ${folder}/npm.log
case $PWD in */.data/install) [ -z "$HAS_OTHER_ADDRESSES" ] || exit 1; cp package-lock.json ${folder}/lock.seen ;; esac
mkdir -p node_modules && touch node_modules/new
exit $NPM_STATUS
`;
    writeFileSync(join(folder, 'npm'), npm);
    return folder;
  }

  it('tells npm where each package is, and moves the result to its place', () => {
    const folder = packageToInstall();
    const { status, npm } = runIn(folder, 'if-needed.js');
    assert.equal(status, 0);
    assert.equal(npm, `${folder}/.data/install ci --no-audit --no-fund --loglevel=error`);
    const seen = JSON.parse(readFileSync(join(folder, 'lock.seen'), 'utf8'));
    assert.deepEqual(seen.packages, {
      '': {},
      'node_modules/run': { ...packages['node_modules/run'], resolved: `${REGISTRY}/run/-/run-1.0.0.tgz` },
      'node_modules/run/node_modules/@of/scope': {
        version: '2.0.0-rc.1',
        resolved: `${REGISTRY}/@of/scope/-/scope-2.0.0-rc.1.tgz`,
      },
    });
    assert.deepEqual(
      ['node_modules/new', 'node_modules/old', '.data/install'].filter((path) => existsSync(join(folder, path))),
      ['node_modules/new'],
    );
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')), { packages });
  });

  it('lets npm ask the registry if the packages are not at these addresses', () => {
    const folder = packageToInstall();
    const { status, npm, stderr } = runIn(folder, 'if-needed.js', [], { HAS_OTHER_ADDRESSES: 'yes' });
    assert.equal(status, 0);
    assert.match(npm ?? '', /\.data\/install ci .*\n(?!.*\.data\/install).* ci /);
    assert.match(stderr, /Installed in/);
  });

  it('does not use files that an interrupted installation left', () => {
    const folder = packageToInstall();
    mkdirSync(join(folder, '.data/install/node_modules/half'), { recursive: true });
    runIn(folder, 'if-needed.js');
    assert.equal(existsSync(join(folder, 'node_modules/new')), true);
    assert.equal(existsSync(join(folder, 'node_modules/half')), false);
  });
});

describe('a command', () => {
  const command = 'command.mjs';
  const print = 'console.log(JSON.stringify(process.argv.slice(2)));';

  it('runs at once with its words if everything is installed', () => {
    const folder = packageWith({ 'node_modules/run': run, 'node_modules/tool': tool });
    writeFileSync(join(folder, command), print);
    const { status, stdout, npm } = runIn(folder, 'then-run.js', [command, '--stage', 'dev']);
    assert.deepEqual({ status, stdout, npm }, { status: 0, stdout: '["--stage","dev"]\n', npm: undefined });
  });

  it('runs on the Node that was just installed, with its words and its exit status', () => {
    const folder = packageWith();
    cpSync(process.execPath, join(folder, 'node'));
    writeFileSync(join(folder, command), `${print} console.log(process.execPath); process.exitCode = 2;`);
    const { status, stdout } = runIn(folder, 'then-run.js', [command, 'a b']);
    assert.deepEqual({ status, stdout }, { status: 2, stdout: `["a b"]\n${join(folder, 'node')}\n` });
  });

  it('does not run if the installation failed', () => {
    const { status, stdout } = runIn(packageWith(), 'then-run.js', [command], { NPM_STATUS: '3' });
    assert.deepEqual({ status, stdout }, { status: 3, stdout: '' });
  });
});
