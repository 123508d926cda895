import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError, readConfig } from '../../server/config.ts';
import { ENV } from '../../server/contract.ts';

function read(environment: Record<string, string>) {
  return readConfig(environment, { embeddedDatabase: true });
}

function problemsOf(environment: Record<string, string>, embeddedDatabase = true): readonly string[] {
  try {
    readConfig(environment, { embeddedDatabase });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

describe('the configuration', () => {
  it('needs no variables with the embedded database', () => {
    const { port, tableName, rateLimit, readToken, loadEndpoint, maxPending } = read({});
    assert.deepEqual(
      { port, tableName, rateLimit, readToken, loadEndpoint, maxPending },
      {
        port: 8080,
        tableName: undefined,
        rateLimit: undefined,
        readToken: undefined,
        loadEndpoint: false,
        maxPending: 10_000,
      },
    );
  });

  it('requires the table without the embedded database', () => {
    assert.match(problemsOf({}, false).join(), /TABLE_NAME is not set; expected/);
    assert.deepEqual(problemsOf({ TABLE_NAME: 'stampede-prod' }, false), []);
  });

  it('refuses a stage that the stack refuses', () => {
    assert.match(
      problemsOf({ STAGE: 'a-stage-too-long' })[0] ?? '',
      /STAGE is "a-stage-too-long"; expected 2 to 12 lower-case/,
    );
  });

  it('lists every invalid variable, with its value and the expectation', () => {
    const problems = problemsOf({ PORT: '80a', LOG_LEVEL: 'loud', LOAD_ENDPOINT: 'yes', TRUSTED_PROXIES: '-1' });
    assert.equal(problems.length, 4);
    assert.ok(problems.includes('PORT is "80a"; expected a whole number from 0 to 65535'));
    assert.ok(problems.includes('LOAD_ENDPOINT is "yes"; expected on or off'));
  });

  it('never shows a secret', () => {
    for (const name of ['READ_TOKEN', 'WRITE_TOKEN'])
      assert.match(
        problemsOf({ [name]: 'hunter2' }).join(),
        new RegExp(`${name} is \\(not shown\\); expected 16 or more`),
      );
  });

  it('counts an empty variable as absent', () => {
    assert.deepEqual(read(Object.fromEntries(Object.values(ENV).map((name) => [name, '']))), read({}));
  });

  it('requires variables that depend on each other to be set together', () => {
    assert.match(problemsOf({ RATE_LIMIT_BURST: '50' }).join(), /without RATE_LIMIT_PER_SECOND/);
    assert.match(problemsOf({ CLOUDWATCH_METRICS: 'on' }).join(), /without AUTO_SCALING_GROUP_NAME/);
    assert.match(problemsOf({ REQUIRE_READ_TOKEN: 'on' }).join(), /is "on" without READ_TOKEN/);
    assert.match(problemsOf({ REQUIRE_WRITE_TOKEN: 'on' }).join(), /is "on" without WRITE_TOKEN/);
    assert.deepEqual(problemsOf({ REQUIRE_READ_TOKEN: 'on', READ_TOKEN: 'a-token-of-some-length' }), []);
  });

  it('knows its own region, the home region and the others', () => {
    const environment = { REGIONS: 'eu-west-1,eu-central-1,us-gov-east-1', REGION: 'eu-central-1' };
    assert.deepEqual(read({ ...environment, HOME_URL: 'https://eu-west-1.example.com' }).regions, {
      own: 'eu-central-1',
      home: 'eu-west-1',
      others: ['eu-west-1', 'us-gov-east-1'],
      homeUrl: 'https://eu-west-1.example.com',
    });
    assert.equal(read({}).regions, undefined);
  });

  it('refuses regions of which it is not one', () => {
    assert.match(problemsOf({ REGIONS: 'eu-west-1' }).join(), /REGIONS is set without REGION; expected/);
    assert.match(
      problemsOf({ REGIONS: 'eu-west-1,eu-central-1', REGION: 'us-east-1' }).join(),
      /REGION is "us-east-1"; expected one of REGIONS, eu-west-1,eu-central-1/,
    );
    for (const regions of ['eu-west-1,eu-west-1', 'Ireland', 'eu-west-1,', 'a-b-1,a-c-1,a-d-1,a-e-1,a-f-1,a-g-1'])
      assert.match(problemsOf({ REGIONS: regions, REGION: 'eu-west-1' }).join(), /REGIONS is ".*"; expected 1 to 5/);
    assert.match(problemsOf({ HOME_URL: 'https://example.com' }).join(), /HOME_URL is set without REGIONS/);
    assert.match(
      problemsOf({ HOME_URL: 'example.com', REGIONS: 'eu-west-1', REGION: 'eu-west-1' }).join(),
      /HOME_URL is "example.com"; expected an https/,
    );
  });

  it('accepts a value or names its variable', () => {
    const variable = fc.constantFrom(...Object.values(ENV));
    fc.assert(
      fc.property(fc.dictionary(variable, fc.string()), (environment) => {
        const problems = problemsOf(environment);
        for (const problem of problems) assert.match(problem, /^[A-Za-z_0-9]+ is .*; expected ./s);
        if (problems.length > 0) return;
        const config = read(environment);
        assert.ok(Number.isInteger(config.port) && config.port >= 0 && config.port <= 65_535);
        assert.ok(config.workers >= 1 && config.tableShards >= 1 && config.maxPending >= 1);
      }),
    );
  });
});
