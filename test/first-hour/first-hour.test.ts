import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { startChromium } from '../../scripts/cli/chromium.ts';
import { newcomer } from './newcomer.ts';
import { blocksBelow, commandLines, shapeOf } from './readme.ts';

const PICTURES = '.data/first-hour';

const folder = process.env['FIRST_HOUR'];
assert.ok(folder, 'FIRST_HOUR is not set: run .ci/first-hour');
const { run, startOnTerminal } = newcomer(folder);
const readme = readFileSync(join(folder, 'stampede', 'README.md'), 'utf8');

/** Commands of the README that are stages of .ci/run themselves, or need an account before they do anything. */
const NOT_RUN_HERE = [
  'ami/pin-agents.sh <key>',
  "git commit --all --message 'Pin the AWS agents'",
  'npx cdk bootstrap aws://<account>/<region>',
  'npm run bake:offline',
  'npm run rehearse',
  'npm run bench',
];

describe('Try it', () => {
  const [commands, answer = ''] = blocksBelow(readme, 'Try it');
  const [start = '', post = ''] = commandLines(commands);
  let server: Awaited<ReturnType<typeof startOnTerminal>>;

  before(async () => {
    server = await startOnTerminal(start, /curl -X POST \S+/);
  });

  it('installs only what running needs, and says so', async () => {
    assert.match(server.output(), /Installing what running needs \(npm ci\) \.\.\./);
    const { output } = await run('du --summarize --apparent-size --block-size=1M node_modules | cut -f 1');
    assert.ok(Number(output) <= 300, `${output} MB are installed`);
  });

  it('prints an address to open and the curl line of the README', () => {
    assert.match(server.output(), /http:\/\/localhost:8080\/\s/);
    assert.ok(server.output().includes(post), server.output());
  });

  it('answers as the README shows', async () => {
    const { code, output } = await run(`${post} --silent`);
    assert.equal(code, 0);
    assert.match(output, shapeOf(answer));
  });

  it('shows the timestamp on the page, and describes the interface at /docs', async () => {
    const { output: recorded } = await run(`${post} --silent`);
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      await page.goto('http://localhost:8080/');
      await page.locator(`#records time[datetime="${recorded.trim()}"]`).waitFor();
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/live.png`, fullPage: true });
      await page.goto('http://localhost:8080/docs');
      await page.getByText('POST /app').first().waitFor();
      await page.screenshot({ path: `${PICTURES}/docs.png` });
    } finally {
      await browser.close();
    }
  });

  it('lets one follow the timestamps with the loop of the README', async () => {
    const [loop] = blocksBelow(readme, 'Follow the timestamps');
    const { output: recorded } = await run(`${post} --silent`);
    const following = await startOnTerminal(`bash -c ${quoted(loop ?? '')}`, new RegExp(recorded.trim()));
    await following.interrupt();
    assert.ok(following.output().split('\r\n').includes(recorded.trim()), following.output());
  });

  it('says in one line what to do when the port is taken', async () => {
    const { code, output } = await run('DATA_DIR=$(mktemp --directory) npm start --silent');
    assert.equal(code, 1);
    assert.match(output, /cannot listen on port 8080: another program uses it\. Use another port with PORT=…/);
    assert.doesNotMatch(output, /\n\s+at /);
  });

  it('ends with Ctrl-C', async () => {
    await server.interrupt();
    assert.match(server.output(), /drained/);
  });
});

describe('Deploy it, without an account', () => {
  const [block] = blocksBelow(readme, 'Deploy it');
  /** What each command says is missing. */
  const MISSING: Readonly<Record<string, RegExp>> = {
    'npm run bake': /no region is set: expected AWS_REGION/,
    'npm run plan': /No image to launch: packer-manifest\.json does not exist\. Bake one with npm run bake/,
    'npm run deploy': /No image to launch: packer-manifest\.json does not exist\. Bake one with npm run bake/,
    'npm run post -- --verify': /no AWS region is set: set AWS_REGION/,
    'npm run token -- show --read': /no AWS region is set: set AWS_REGION/,
    'npm run probe': /no AWS region is set: set AWS_REGION/,
    'npm run drill -- kill-instance': /no AWS region is set: set AWS_REGION/,
    'npm run destroy': /no AWS (region|credentials)/,
  };

  it('knows every command of the README', () => {
    const unknown = commandLines(block).filter((line) => !(line in MISSING) && !NOT_RUN_HERE.includes(line));
    assert.deepEqual(unknown, []);
  });

  for (const line of commandLines(block).filter((each) => each in MISSING)) {
    it(`says in one line what ${line} lacks`, async () => {
      const { code, output } = await run(line.replace('npm run', 'npm run --silent'));
      assert.notEqual(code, 0, output);
      const said = output.split('\n').filter((each) => !/^(\$ |Install)/.test(each) && each !== '');
      assert.equal(said.length, 1, output);
      assert.match(said.join(''), MISSING[line] ?? /^$/);
    });
  }
});

describe('Without AWS', { concurrency: 2 }, () => {
  const [block] = blocksBelow(readme, 'Without AWS');
  const SHOWS: Readonly<Record<string, RegExp>> = {
    'npm run synth': /^The templates of stage dev are in cdk\.out$/m,
    'npm run simulate -- --stage prod --trace spike --set out.steps=50:1/70:2': /^as synthesised$/m,
    'npm run cost -- --rate 1000': /^USD a month of stage prod at 1,000\/s/m,
  };

  it('knows every command of the README', () => {
    const unknown = commandLines(block).filter((line) => !(line in SHOWS) && !NOT_RUN_HERE.includes(line));
    assert.deepEqual(unknown, []);
  });

  for (const line of commandLines(block).filter((each) => each in SHOWS)) {
    it(`shows a result of ${line}`, async () => {
      const { code, output } = await run(line);
      assert.equal(code, 0, output);
      assert.match(output, SHOWS[line] ?? /^$/);
      if (line.includes('simulate')) assertTwoResults(output);
    });
  }

  for (const stage of ['dev', 'prod']) {
    it(`costs a day of ${stage} what the README says`, async () => {
      const [, said] = new RegExp(`${stage} (?:costs )?about (\\d+) USD`).exec(readme) ?? [];
      const { output } = await run(`npm run --silent cost -- --stage ${stage} --rate 1`);
      const [, priced] = /^A day of stage \w+ costs (\S+) USD/m.exec(output) ?? [];
      assert.equal(Math.round(Number(priced)), Number(said), output);
    });
  }
});

/** The two tables of steps refuse different numbers of requests. */
function assertTwoResults(output: string): void {
  const [, before, changed] = /^refused +(\S+ \(.*?\)) +(\S+ \(.*?\))$/m.exec(output) ?? [];
  assert.ok(before && changed, output);
  assert.notEqual(before, changed);
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
