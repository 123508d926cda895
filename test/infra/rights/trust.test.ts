import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAllowed } from '../../../scripts/rights/evaluate.ts';
import { synthesize } from '../synthesize.ts';
import { deployedStage, PLACE } from './stage-account.ts';

const ISSUER = 'token.actions.githubusercontent.com';
const { role } = deployedStage(
  'dev',
  synthesize('dev', { githubRepository: 'example@12/stampede@345', branchEnvironments: 'true' }),
);

/** Whether a job with this token may assume a role of the pipeline. */
function mayAssume(construct: string, sub: string, aud = 'sts.amazonaws.com'): Promise<boolean> {
  const { name, trust } = role(construct);
  const principal = `arn:aws:iam::${PLACE.accountId}:oidc-provider/${ISSUER}`;
  return isAllowed(
    { principal, region: PLACE.region, resourcePolicy: trust },
    {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: `arn:aws:iam::${PLACE.accountId}:role/${name}`,
      context: { [`${ISSUER}:aud`]: aud, [`${ISSUER}:sub`]: sub },
    },
  );
}

const ACCEPTED = ['repo:example/stampede:environment:dev', 'repo:example@12/stampede@345:environment:dev'];

const REFUSED: Readonly<Record<string, string>> = {
  'another environment': 'repo:example@12/stampede@345:environment:prod',
  'an environment whose name begins like the stage': 'repo:example@12/stampede@345:environment:dev-2',
  'a branch without an environment': 'repo:example@12/stampede@345:ref:refs/heads/main',
  'a pull request': 'repo:example@12/stampede@345:pull_request',
  'another repository of the owner': 'repo:example@12/other@346:environment:dev',
  'an owner who has taken over the name': 'repo:example@99/stampede@345:environment:dev',
  'a repository that was created again with the name': 'repo:example@12/stampede@999:environment:dev',
  'a subject that another repository has customized':
    'repo:example@12/other@346:environment:a/stampede@345:environment:dev',
};

for (const construct of ['DeployRole', 'BakeRole']) {
  describe(`the trust of ${construct}`, () => {
    for (const sub of ACCEPTED) {
      it(`accepts ${sub}`, async () => assert.equal(await mayAssume(construct, sub), true));
    }
    for (const [what, sub] of Object.entries(REFUSED)) {
      it(`refuses ${what}`, async () => assert.equal(await mayAssume(construct, sub), false));
    }
    it('refuses tokens for another audience', async () => {
      assert.equal(await mayAssume(construct, ACCEPTED[1] ?? '', 'https://github.com/example'), false);
    });
  });
}

describe('the trust of BranchRole', () => {
  const subjectOf = (environment: string) => `repo:example@12/stampede@345:environment:${environment}`;

  for (const environment of ['branches', 'branches-cleanup']) {
    it(`accepts ${environment}`, async () => {
      assert.equal(await mayAssume('BranchRole', subjectOf(environment)), true);
    });
  }
  for (const environment of ['dev', 'pr-123', 'branches-other']) {
    it(`refuses ${environment}`, async () => {
      assert.equal(await mayAssume('BranchRole', subjectOf(environment)), false);
    });
  }
});
