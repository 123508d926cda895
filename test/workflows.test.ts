import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const files = globSync('.github/{workflows/*.yml,actions/*/action.yml}').map((path) => ({
  path,
  lines: readFileSync(path, 'utf8').split('\n'),
}));
const workflows = files.filter(({ path }) => path.includes('/workflows/'));

/** Lines that match a pattern, as `file: line`. */
const linesLike = (pattern: RegExp) =>
  files.flatMap(({ path, lines }) =>
    lines.filter((line) => pattern.test(line)).map((line) => `${path}: ${line.trim()}`),
  );

/** An action whose commit could not be confirmed, as a comment in the workflow says. */
const BY_TAG = /hashicorp\/setup-packer@v\d+\.\d+\.\d+$/;

/** The lines that a shell runs: `run:` and the lines indented below it. */
function shellLines(lines: readonly string[]): readonly string[] {
  let runColumn = Number.POSITIVE_INFINITY;
  return lines.filter((line) => {
    const column = line.search(/\S/);
    const run = line.search(/(?<=^\s*(- )?)run:/);
    if (run !== -1) runColumn = run;
    else if (column !== -1 && column <= runColumn) runColumn = Number.POSITIVE_INFINITY;
    return run !== -1 || column > runColumn;
  });
}

describe('the workflows', () => {
  it('are seen by this test', () => {
    assert.equal(workflows.length, 3);
    assert.ok(linesLike(/uses:/).length > 10);
  });

  it('pin third-party actions by commit, with the version in a comment', () => {
    const loose = linesLike(/uses: (?!\.\/)/).filter(
      (line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line) && !BY_TAG.test(line),
    );
    assert.deepEqual(loose, []);
  });

  it('have read permission only, and more only to assume an AWS role', () => {
    for (const { path, lines } of workflows) {
      const start = lines.indexOf('permissions:');
      assert.equal(lines[start + 1], '  contents: read', path);
      const granted = lines.filter((line) => /^\s+[a-z-]+: write$/.test(line)).map((line) => line.trim());
      assert.deepEqual(
        [...new Set(granted)].filter((grant) => grant !== 'id-token: write'),
        [],
        path,
      );
    }
  });

  it('use no expressions in shell scripts, where their values would be code', () => {
    const risky = files.flatMap(({ path, lines }) => shellLines(lines).map((line) => `${path}: ${line}`));
    assert.ok(risky.length > 10);
    assert.deepEqual(
      risky.filter((line) => line.includes('${{')),
      [],
    );
  });

  it('contain no keys: AWS access uses a role, and nothing else is secret', () => {
    assert.deepEqual(linesLike(/secrets\.|aws-access-key-id|aws-secret/), []);
  });
});
