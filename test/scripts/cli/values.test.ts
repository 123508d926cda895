import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { parseValue } from '../../../scripts/cli/arguments.ts';
import { UsageError } from '../../../scripts/cli/errors.ts';
import {
  choice,
  imageId,
  percentage,
  positiveNumber,
  STAGE_OPTION,
  webAddress,
  wholeNumber,
} from '../../../scripts/cli/values.ts';

const parse = <Output>(schema: z.ZodType<Output>, text: string) => parseValue('--x', schema, text);

const refuses = (schema: z.ZodType, texts: readonly string[], expected: string) => {
  for (const text of texts) {
    assert.throws(() => parse(schema, text), new UsageError(`--x is '${text}': expected ${expected}`));
  }
};

describe('STAGE_OPTION', () => {
  const { schema } = STAGE_OPTION;

  it('takes names that the stack takes', () => {
    const names = ['dev', 'prod', 'prod-eu', 'pr-17'];
    assert.deepEqual(
      names.map((name) => parse(schema, name)),
      names,
    );
  });

  it('refuses others with value and expectation', () => {
    const others = ['', 'd', 'Prod', 'a-stage-too-long', '1st'];
    refuses(schema, others, '2 to 12 lower-case letters, digits or dashes, first a letter, such as dev');
  });
});

describe('numbers', () => {
  it('are whole and in their range', () => {
    assert.equal(parse(wholeNumber(1, 99), '99'), 99);
    refuses(wholeNumber(1, 99), ['0', '100', '1.5', '', '-1', '1e1', ' 1'], 'a whole number from 1 to 99');
    refuses(wholeNumber(1), ['0', 'many'], 'a whole number, 1 or more');
  });

  it('are above 0', () => {
    assert.equal(parse(positiveNumber(), '12.5'), 12.5);
    refuses(positiveNumber(), ['0', '-1', 'x', ''], 'a number above 0');
  });

  it('are a ratio when given as a percentage', () => {
    assert.equal(parse(percentage(), '20'), 0.2);
    refuses(percentage(), ['0', '101', 'x'], 'a percentage above 0, at most 100');
  });
});

describe('texts', () => {
  it('are one of some names', () => {
    assert.equal(parse(choice(['a', 'b', 'c']), 'b'), 'b');
    refuses(choice(['a', 'b', 'c']), ['d'], 'a, b, c');
    refuses(choice(['a', 'b']), ['d'], 'a or b');
  });

  it('are the address of a web server', () => {
    assert.equal(parse(webAddress(), 'http://localhost:8080'), 'http://localhost:8080');
    const expected = 'http:// or https:// and a host, such as http://localhost:8080';
    refuses(webAddress(), ['example.org', 'ftp://example.org', 'http://'], expected);
  });

  it('are the id of an image', () => {
    assert.equal(parse(imageId(), 'ami-0123456789abcdef0'), 'ami-0123456789abcdef0');
    refuses(imageId(), ['latest', 'ami-1'], 'the id of an image, such as ami-0123456789abcdef0');
  });
});
