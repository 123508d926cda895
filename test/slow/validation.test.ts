import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { synthesizeValidated } from '../infra/synthesize.ts';
import { DEPLOYMENTS } from '../infra/validated-deployments.ts';

describe("CDK's validation of CloudFormation", () => {
  // test/infra/invariants.test.ts validates the one with everything.
  const { everything: _, ...others } = DEPLOYMENTS;
  for (const [name, [stage, settings]] of Object.entries(others))
    it(`accepts the templates of the deployment ${name}`, () => {
      assert.doesNotThrow(() => synthesizeValidated(stage, settings));
    });
});
