import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../../infra/settings/read.ts';
import { HEALTH_PATH } from '../../server/contract.ts';
import {
  CERTIFICATE,
  resourcesOf,
  type Synthesized,
  synthesize,
  synthesizeWithNag,
  theResource,
} from './synthesize.ts';
import { DEPLOYMENTS } from './validated-deployments.ts';

const TLS = { certificateArn: CERTIFICATE };
const JWT = { ...TLS, jwtIssuer: 'https://issuer.example.org', jwtKeys: 'https://issuer.example.org/keys' };
const ONLY_JWT = { ...JWT, readToken: 'none' };
const AUTHORITIES = 's3://example-authorities/clients/all.pem';

const listeners = ({ service }: Synthesized) =>
  resourcesOf('AWS::ElasticLoadBalancingV2::Listener', service).map(({ Properties }) => Properties);
const listenerOn = (port: number, stacks: Synthesized) => listeners(stacks).find(({ Port }) => Port === port);

describe('JSON Web Tokens', () => {
  const stacks = synthesizeWithNag(...DEPLOYMENTS.jwt);

  it('are validated by the load balancer before it forwards a request', () => {
    const [validate, forward, ...more] = listenerOn(443, stacks).DefaultActions;
    assert.deepEqual(more, []);
    assert.deepEqual([validate.Order, validate.Type, forward.Order, forward.Type], [1, 'jwt-validation', 2, 'forward']);
    assert.deepEqual(validate.JwtValidationConfig, {
      Issuer: 'https://issuer.example.org',
      JwksEndpoint: 'https://issuer.example.org/keys',
      AdditionalClaims: [
        { Name: 'aud', Format: 'single-string', Values: ['stampede'] },
        { Name: 'scope', Format: 'space-separated-values', Values: ['record', 'read'] },
      ],
    });
  });

  it('are not required for the health check, and no rule bypasses the validation otherwise', () => {
    const { Conditions, Actions } = theResource('AWS::ElasticLoadBalancingV2::ListenerRule', stacks.service).Properties;
    assert.deepEqual(Conditions, [{ Field: 'path-pattern', PathPatternConfig: { Values: [HEALTH_PATH] } }]);
    assert.deepEqual(
      Actions.map(({ Type }: { Type: string }) => Type),
      ['forward'],
    );
    assert.deepEqual(
      listenerOn(80, stacks).DefaultActions.map(({ Type }: { Type: string }) => Type),
      ['redirect'],
    );
  });

  it('need the keys of the issuer, which the security group lets the load balancer fetch', () => {
    const egressOf = ({ network }: Synthesized) =>
      resourcesOf('AWS::EC2::SecurityGroup', network)
        .filter(({ Properties }) => /load balancer/.test(Properties.GroupDescription))
        .flatMap(({ Properties }) => Properties.SecurityGroupEgress ?? [])
        .filter(({ CidrIp }) => CidrIp === '0.0.0.0/0');
    assert.deepEqual(
      egressOf(stacks).map(({ FromPort, ToPort }) => [FromPort, ToPort]),
      [[443, 443]],
    );
    assert.deepEqual(egressOf(synthesize('dev')), []);
  });

  it('are not required by default', () => {
    assert.deepEqual(
      listeners(synthesize('dev', TLS)).flatMap(({ DefaultActions }) =>
        DefaultActions.map(({ Type }: { Type: string }) => Type),
      ),
      ['forward', 'redirect'],
    );
  });
});

describe('clients’ certificates', () => {
  const stacks = synthesizeWithNag(...DEPLOYMENTS.clientCertificates);

  it('are verified by the load balancer against the bundle in the settings', () => {
    const trustStore = theResource('AWS::ElasticLoadBalancingV2::TrustStore', stacks.service);
    const { Mode, TrustStoreArn } = listenerOn(443, stacks).MutualAuthentication;
    assert.equal(Mode, 'verify');
    assert.equal(stacks.service.Resources[TrustStoreArn['Fn::GetAtt'][0]], trustStore);
    const { CaCertificatesBundleS3Bucket: bucket, CaCertificatesBundleS3Key: key } = trustStore.Properties;
    assert.deepEqual([bucket, key], ['example-authorities', 'clients/all.pem']);
  });

  it('are not required by default', () => {
    assert.equal(listenerOn(443, synthesize('dev', TLS)).MutualAuthentication, undefined);
  });
});

describe('the settings of callers', () => {
  const refused: readonly [what: string, overrides: Record<string, string>, message: RegExp][] = [
    ['an issuer without keys', { ...TLS, jwtIssuer: JWT.jwtIssuer, readToken: 'none' }, /jwtKeys is "", expected both/],
    ['claims without an issuer', { jwtClaims: 'aud=a' }, /jwtClaims only with them/],
    ['two tokens in one header', JWT, /readToken is required and writeToken is none: a request has only one/],
    ['tokens over plain HTTP', { ...ONLY_JWT, certificateArn: '' }, /jwtIssuer is .*, which needs TLS/],
    ['certificates without TLS', { clientAuthorities: AUTHORITIES }, /clientAuthorities is .*, which needs TLS/],
    ['keys over plain HTTP', { ...ONLY_JWT, jwtKeys: 'http://a.example.org' }, /jwtKeys is .*expected an https/],
    ['a claim that is always validated', { ...ONLY_JWT, jwtClaims: 'exp=1' }, /jwtClaims is "exp=1"/],
    ['an unknown format of a claim', { ...ONLY_JWT, jwtClaims: 'aud:list=a/b' }, /jwtClaims is "aud:list=a\/b"/],
    [
      'a bundle that is not in a bucket',
      { ...TLS, clientAuthorities: '/clients.pem' },
      /expected an object such as s3:/,
    ],
  ];
  for (const [what, overrides, message] of refused) {
    it(`refuse ${what}`, () => {
      assert.throws(() => readSettings('dev', (name) => overrides[name]), message);
    });
  }

  it('refuse in production that anyone may read, and permit it in other stages', () => {
    const message = /readToken is none in production.*Use -c readToken=required/;
    const read = (stage: string, overrides: Record<string, string>) => readSettings(stage, (name) => overrides[name]);
    for (const stage of ['prod', 'prod-eu']) assert.throws(() => read(stage, { ...TLS, readToken: 'none' }), message);
    assert.equal(read('dev', { ...TLS, readToken: 'none' }).readToken, 'none');
  });

  it('permit no read token in production if the load balancer checks the callers', () => {
    for (const checked of [JWT, { ...TLS, clientAuthorities: AUTHORITIES }]) {
      const overrides: Record<string, string> = { ...checked, readToken: 'none', canary: 'false' };
      assert.equal(readSettings('prod', (name) => overrides[name]).readToken, 'none');
    }
  });
});
