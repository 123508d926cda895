import { CERTIFICATE, EVERYTHING_ON, type Overrides } from './synthesize.ts';

const TLS = { certificateArn: CERTIFICATE };
const JWT = { ...TLS, jwtIssuer: 'https://issuer.example.org', jwtKeys: 'https://issuer.example.org/keys' };

/** Deployments that tests validate like the app, by what they are about: stage and settings. */
export const DEPLOYMENTS = {
  dev: ['dev', { githubRepository: 'example/stampede', branchEnvironments: 'true' }],
  prod: ['prod', TLS],
  everything: ['prod-all', EVERYTHING_ON],
  branch: ['pr-1', {}],
  jwt: ['dev', { ...JWT, readToken: 'none', jwtClaims: 'aud=stampede,scope:space-separated-values=record/read' }],
  clientCertificates: ['dev', { ...TLS, clientAuthorities: 's3://example-authorities/clients/all.pem' }],
  away: [
    'prod',
    {
      ...EVERYTHING_ON,
      region: 'eu-central-1',
      tableName: 'stampede-example',
      secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:stampede-aBcDeF',
    },
  ],
} as const satisfies Readonly<Record<string, readonly [stage: string, settings: Overrides]>>;
