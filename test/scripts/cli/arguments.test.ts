import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CommandDescription, helpText, parseArguments } from '../../../scripts/cli/arguments.ts';
import { UsageError } from '../../../scripts/cli/errors.ts';
import { choice, wholeNumber } from '../../../scripts/cli/values.ts';

const command = {
  name: 'greet',
  summary: 'Greets someone.',
  positionals: [{ name: 'who', required: true, help: 'whom to greet' }],
  options: {
    loud: { help: 'in capitals' },
    times: { value: '<n>', default: '1', schema: wholeNumber(1), help: 'how often' },
    from: { value: '<name>', help: 'who greets' },
    title: { value: '<title>', multiple: true, schema: choice(['Dr', 'Countess']), help: 'a title' },
  },
  examples: [['npm run greet -- Ada --loud', 'greets Ada in capitals']],
} as const satisfies CommandDescription;

const usageError = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UsageError);
  assert.match(error.message, message);
  return true;
};

describe('parseArguments', () => {
  it('gives absent flags as false, absent lists as empty, defaults converted, and other absent options not at all', () => {
    assert.deepEqual(parseArguments(command, ['Ada']), {
      values: { loud: false, times: 1, title: [] },
      positionals: ['Ada'],
      help: false,
    });
  });

  it('reads flags and values in any order', () => {
    const { values, positionals } = parseArguments(command, [
      '--times',
      '3',
      'Ada',
      '--from=Bob',
      '--loud',
      '--title',
      'Dr',
      '--title=Countess',
    ]);
    assert.deepEqual({ ...values }, { loud: true, times: 3, from: 'Bob', title: ['Dr', 'Countess'] });
    assert.deepEqual(positionals, ['Ada']);
  });

  it('refuses what the description does not know', () => {
    assert.throws(() => parseArguments(command, ['Ada', '--quiet']), usageError(/Unknown option '--quiet'/));
    assert.throws(() => parseArguments(command, ['Ada', 'Bob']), usageError(/unexpected word 'Bob'.* takes 1/));
    assert.throws(() => parseArguments(command, ['Ada', '--times']), usageError(/'--times <value>' argument missing/));
  });

  it('refuses a wrong value with option, value and what is expected, unless help was asked for', () => {
    assert.throws(
      () => parseArguments(command, ['Ada', '--times', 'often']),
      usageError(/^--times is 'often': expected a whole number, 1 or more$/),
    );
    assert.throws(
      () => parseArguments(command, ['Ada', '--title', 'Dr', '--title', 'King']),
      usageError(/^--title is 'King': expected Dr or Countess$/),
    );
    assert.equal(parseArguments(command, ['--help', '--times', 'often']).help, true);
  });

  it('names the word that is missing, unless help was asked for', () => {
    assert.throws(() => parseArguments(command, []), usageError(/<who> is missing: whom to greet/));
    assert.equal(parseArguments(command, ['--help']).help, true);
  });

  it('takes any number of words when the last one takes the rest', () => {
    const passing = { ...command, positionals: [{ name: 'words', rest: true, help: 'all of them' }] };
    assert.deepEqual(parseArguments(passing, ['a', 'b', '--', '-c']).positionals, ['a', 'b', '-c']);
  });
});

describe('helpText', () => {
  it('prints usage, words, options and examples from the same table', () => {
    assert.equal(
      helpText(command),
      `Greets someone.

Usage: npm run greet -- [options] <who>

Words:
  who  whom to greet

Options:
  --loud           in capitals
  --times <n>      how often (default: 1)
  --from <name>    who greets
  --title <title>  a title (may be repeated)
  --help           print this text

Examples:
  npm run greet -- Ada --loud  greets Ada in capitals
`,
    );
  });
});
