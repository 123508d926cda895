import type { Rule } from './rule.ts';
import { ANY_IPV4 } from './types.ts';

/** Rules for the canary, which calls the service from the internet, with a token of the stage. */
export const CANARY_RULES: readonly Rule[] = [
  {
    broken: (_, { canary, sourceCidrs }) => canary && !sourceCidrs.includes(ANY_IPV4),
    message: ({ sourceCidrs }) =>
      `Setting canary is true, but sourceCidrs is ${sourceCidrs.join(',')}, which refuses it: Lambda has no fixed ` +
      'addresses. Use -c canary=false',
  },
  {
    broken: (_, { canary, jwtIssuer, clientAuthorities }) => canary && (jwtIssuer !== '' || clientAuthorities !== ''),
    message: ({ jwtIssuer }) =>
      `Setting canary is true, but ${jwtIssuer ? 'jwtIssuer' : 'clientAuthorities'} is set: the load balancer would ` +
      'refuse the canary, which has neither a JSON Web Token nor a certificate. Use -c canary=false',
  },
];
